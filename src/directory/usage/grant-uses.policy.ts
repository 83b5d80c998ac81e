import { isProtocolChatter } from './protocol-chatter.policy.js';
import type { UsageLine } from './usage-line.js';

/** Refusals for what the caller tried, not for how it proved itself: those a person wants to know of. */
const DENIALS: readonly string[] = ['insufficient_scope', 'insufficient_user_authentication', 'person_required'];

/** What one operation was called for. */
export interface OperationUse {
  readonly operation: string;
  /** Calls that were let in. */
  readonly calls: number;
  readonly denials: number;
  /** The minute of the last one, let in or not. */
  readonly lastAt: Date;
}

/** What was done on one grant. */
export interface GrantUse {
  readonly grantId: string;
  /** Who used it, as the guard says. */
  readonly clientId: string;
  /** Calls that were let in. */
  readonly calls: number;
  /** Calls that the grant was not enough for. */
  readonly denials: number;
  /** What the calls that were let in needed; sorted, each once. */
  readonly scopes: readonly string[];
  /** The minute of the last one that was let in. */
  readonly lastUsedAt: Date | undefined;
  /** The minute of the last denial. */
  readonly lastDeniedAt: Date | undefined;
  /** Each once; none for what only keeps a protocol going, which counts in `calls` alone. */
  readonly operations: readonly OperationUse[];
}

/** Calls that were let in or denied, summed by grant and client. In the order of the grants, in which their rows are locked too. */
export function grantUsesOf(lines: readonly UsageLine[], owns: (grantId: string) => boolean): GrantUse[] {
  const uses = new Map<string, GrantUse>();
  for (const line of lines) {
    const { grantId, clientId } = line;
    if (grantId === undefined || clientId === undefined || !isTold(line) || !owns(grantId)) continue;
    const key = `${grantId} ${clientId}`;
    const known = uses.get(key) ?? { ...NOTHING, grantId, clientId };
    uses.set(key, withLine(known, line));
  }
  return [...uses].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, use]) => use);
}

/** The counts of each operation together; those come first that were there first. */
export function addOperations(known: readonly OperationUse[], more: readonly OperationUse[]): OperationUse[] {
  const sums = new Map(known.map((use) => [use.operation, use]));
  for (const use of more) {
    const sum = sums.get(use.operation);
    sums.set(
      use.operation,
      sum ? { ...sum, calls: sum.calls + use.calls, denials: sum.denials + use.denials, lastAt: later(sum.lastAt, use.lastAt) } : use,
    );
  }
  return [...sums.values()];
}

const NOTHING = { calls: 0, denials: 0, scopes: [], lastUsedAt: undefined, lastDeniedAt: undefined, operations: [] };

function isTold({ result }: UsageLine): boolean {
  return result === 'accepted' || DENIALS.includes(result);
}

function withLine(use: GrantUse, line: UsageLine): GrantUse {
  const { calls, scopes, minute, result, operation } = line;
  const isLetIn = result === 'accepted';
  const counts = { calls: isLetIn ? calls : 0, denials: isLetIn ? 0 : calls };
  return {
    ...use,
    calls: use.calls + counts.calls,
    denials: use.denials + counts.denials,
    operations: isProtocolChatter(line) ? use.operations : addOperations(use.operations, [{ operation, ...counts, lastAt: minute }]),
    ...(isLetIn
      ? { scopes: [...new Set([...use.scopes, ...scopes])].sort(), lastUsedAt: later(use.lastUsedAt, minute) }
      : { lastDeniedAt: later(use.lastDeniedAt, minute) }),
  };
}

function later(one: Date | undefined, other: Date): Date {
  return one && one > other ? one : other;
}
