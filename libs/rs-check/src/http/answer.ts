/** What came back, or why nothing did. */
export interface Answer {
  /** 0: no answer; `failure` says why. */
  readonly status: number;
  /** By lower-case name; one entry per header line. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  /** The beginning of the body. */
  readonly text: string;
  readonly durationMs: number;
  readonly failure?: 'closed' | 'timeout' | 'unreachable';
  /** Of a failure: the code of the system, such as ECONNREFUSED. */
  readonly reason?: string;
}

export function headerOf(answer: Answer, name: string): string | undefined {
  return answer.headers[name]?.join(', ');
}

export function isSuccess({ status }: Answer): boolean {
  return status >= 200 && status < 300;
}

/** For people: status and what says most about it. */
export function describeAnswer(answer: Answer): string {
  const { status, failure, reason } = answer;
  if (status === 0) return `no answer (${failure ?? 'closed'}${reason === undefined ? '' : `, ${reason}`})`;
  const challenge = headerOf(answer, 'www-authenticate');
  const location = headerOf(answer, 'location');
  return [
    `${status}`,
    challenge !== undefined && `WWW-Authenticate: ${printable(challenge, 300)}`,
    location !== undefined && `Location: ${printable(location, 200)}`,
    answer.text !== '' && printable(answer.text, 120),
  ]
    .filter((part) => part !== false)
    .join(' · ');
}

/** One line of text that cannot move a terminal's cursor; foreign text is an attacker's text. */
export function printable(text: string, maxLength: number): string {
  const line = text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[^\x20-\x7E]/g, '?')
    .trim();
  return line.length > maxLength ? `${line.slice(0, maxLength)}...` : line;
}
