import { isScopeToken } from '@countersign/oauth';
import type { AccessDecision } from './access-decision.js';
import { OTHER_OPERATIONS, USAGE_REPORT_LIMITS, type UsageEntry } from './usage-report.js';

/** Calls that differ in nothing that is told. */
interface UsageLine {
  readonly operation: string;
  readonly scopes: readonly string[];
  readonly result: AccessDecision['result'];
  readonly clientId: string | undefined;
  readonly credentialId: string | undefined;
  readonly grantId: string | undefined;
  count: number;
}

const UNPRINTABLE = /[^\x20-\x7E]/g;
const scopeTexts = new WeakMap<readonly string[], string>();

/** The calls of one minute, by client, credential, grant, operation, scopes and result. */
export class UsageMinute {
  private readonly lines = new Map<string, UsageLine>();
  /** The last line of each token and operation: to build a key costs ten times as much as the rest. */
  private readonly remembered = new Map<AccessDecision['claims'], Map<string, UsageLine>>();

  /** @param start milliseconds since 1970; @param maxLines beyond which calls share one line per result. */
  constructor(
    readonly start: number,
    private readonly maxLines: number,
  ) {}

  get size(): number {
    return this.lines.size;
  }

  get calls(): number {
    let calls = 0;
    for (const { count } of this.lines.values()) calls += count;
    return calls;
  }

  /** On every request. */
  count(decision: AccessDecision): void {
    const line = this.remembered.get(decision.claims)?.get(decision.operation);
    if (line !== undefined && line.result === decision.result && line.scopes === decision.scopes) line.count++;
    else this.find(decision).count++;
  }

  /** No more calls come: tokens are not kept for as long as the lines are. */
  end(): void {
    this.remembered.clear();
  }

  /** Takes over the calls of another minute. */
  absorb(other: UsageMinute): void {
    for (const [key, line] of other.lines) {
      const known = this.lines.get(key) ?? this.add(key, line);
      if (known !== line) known.count += line.count;
    }
  }

  entries(): UsageEntry[] {
    const minute = new Date(this.start).toISOString();
    return [...this.lines.values()].map((line) => toEntry(line, minute));
  }

  private find(decision: AccessDecision): UsageLine {
    // A name of that length is no name of an operation, and a thousand of them would be megabytes.
    if (decision.operation.length > USAGE_REPORT_LIMITS.operationLength) return this.othersOf(decision.result);
    const key = keyOf(decision);
    const line = this.lines.get(key) ?? this.add(key, lineOf(decision));
    this.remember(decision, line);
    return line;
  }

  /** Answers the line that counts such calls: this one, or where there are too many that of the others. */
  private add(key: string, line: UsageLine): UsageLine {
    if (this.lines.size >= this.maxLines) return this.othersOf(line.result);
    this.lines.set(key, line);
    return line;
  }

  private othersOf(result: AccessDecision['result']): UsageLine {
    const key = `${OTHER_OPERATIONS}\0${result}`;
    let line = this.lines.get(key);
    if (line === undefined) {
      line = {
        operation: OTHER_OPERATIONS,
        scopes: [],
        result,
        clientId: undefined,
        credentialId: undefined,
        grantId: undefined,
        count: 0,
      };
      this.lines.set(key, line);
    }
    return line;
  }

  private remember({ claims, operation }: AccessDecision, line: UsageLine): void {
    const lines = this.remembered.get(claims);
    if (lines !== undefined) lines.set(operation, line);
    else if (this.remembered.size < this.maxLines) this.remembered.set(claims, new Map([[operation, line]]));
  }
}

function keyOf({ operation, scopes, result, claims }: AccessDecision): string {
  const what = `${result}\0${operation}\0${textOf(scopes)}`;
  return claims === undefined ? what : `${what}\0${claims.client_id}\0${claims.cred}\0${claims.grant ?? ''}`;
}

/** Routes pass the same list every time. */
function textOf(scopes: readonly string[]): string {
  let text = scopeTexts.get(scopes);
  if (text === undefined) {
    text = scopes.join(' ');
    scopeTexts.set(scopes, text);
  }
  return text;
}

function lineOf({ operation, scopes, result, claims }: AccessDecision): UsageLine {
  return { operation, scopes, result, clientId: claims?.client_id, credentialId: claims?.cred, grantId: claims?.grant, count: 0 };
}

/** Brought within what the issuer takes: one odd name must not cost the report. */
function toEntry({ clientId, credentialId, grantId, ...line }: UsageLine, minute: string): UsageEntry {
  const { scopes, scopeLength } = USAGE_REPORT_LIMITS;
  const operation = line.operation.replace(UNPRINTABLE, '?');
  return {
    minute,
    ...(clientId !== undefined && { client_id: clientId }),
    ...(credentialId !== undefined && { credential_id: credentialId }),
    ...(grantId !== undefined && { grant_id: grantId }),
    operation: operation === '' ? OTHER_OPERATIONS : operation,
    scopes: line.scopes.filter((scope) => isScopeToken(scope) && scope.length <= scopeLength).slice(0, scopes),
    result: line.result,
    count: line.count,
  };
}
