/** What a `WWW-Authenticate` line asks for, under one scheme. */
export class Challenge {
  /** By lower-case name. */
  readonly parameters = new Map<string, string>();
  /** What RFC 9110 §11.6.1 or RFC 6750 §3 does not allow. */
  readonly mistakes: string[] = [];

  constructor(
    /** Lower case. */
    readonly scheme: string,
  ) {}

  add(name: string, quoted: string | undefined, bare: string): void {
    const key = name.toLowerCase();
    if (this.parameters.has(key)) this.mistakes.push(`${name} stands twice`);
    // RFC 6750 §3: its parameters are quoted strings; max_age (RFC 9470 §3) may be bare.
    if (quoted === undefined && key !== 'max_age') this.mistakes.push(`${name} is not quoted`);
    this.parameters.set(key, quoted?.replaceAll(/\\(.)/g, '$1') ?? bare);
  }
}

// RFC 9110 §11.2 and §5.6: a scheme, or a parameter with a token or a quoted-string as its value.
const PARAMETER = /^([!#$%&'*+.^_`|~\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([!#$%&'*+.^_`|~\w:/-]*))\s*(?:,\s*|$)/;
const SCHEME = /^([!#$%&'*+.^_`|~\w-]+)(?:\s+|,\s*|$)/;

/** Reads the `WWW-Authenticate` lines of an answer. What cannot be read becomes a mistake of the challenge it stands in. */
export function parseChallenges(lines: readonly string[]): Challenge[] {
  return lines.flatMap(parseLine);
}

function parseLine(line: string): Challenge[] {
  const challenges: Challenge[] = [];
  let rest = line.trim();
  while (rest !== '') {
    const length = readPart(rest, challenges);
    if (length === 0) {
      challenges.at(-1)?.mistakes.push('the rest cannot be read');
      break;
    }
    rest = rest.slice(length);
  }
  return challenges;
}

/** A parameter of the last challenge, or the scheme of a new one. @returns its length; 0: it is neither */
function readPart(rest: string, challenges: Challenge[]): number {
  const current = challenges.at(-1);
  const parameter = current && PARAMETER.exec(rest);
  if (parameter) {
    const [whole, name = '', quoted, bare = ''] = parameter;
    current.add(name, quoted, bare);
    return whole.length;
  }
  const [whole = '', scheme = ''] = SCHEME.exec(rest) ?? [];
  if (whole !== '') challenges.push(new Challenge(scheme.toLowerCase()));
  return whole.length;
}
