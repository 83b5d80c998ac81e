import type { UsageLine } from './usage-line.js';

/** What was done on one grant. */
export interface GrantUse {
  readonly grantId: string;
  /** Who used it, as the guard says. */
  readonly clientId: string;
  /** Calls that were let in. */
  readonly calls: number;
  /** What they needed; sorted, each once. */
  readonly scopes: readonly string[];
  /** The minute of the last one. */
  readonly lastUsedAt: Date;
}

/** Calls that were let in, summed by grant and client. In the order of the grants, in which their rows are locked too. */
export function grantUsesOf(lines: readonly UsageLine[], owns: (grantId: string) => boolean): GrantUse[] {
  const uses = new Map<string, GrantUse>();
  for (const line of lines) {
    const { grantId, clientId } = line;
    if (grantId === undefined || clientId === undefined || line.result !== 'accepted' || !owns(grantId)) continue;
    const key = `${grantId} ${clientId}`;
    const known = uses.get(key) ?? { grantId, clientId, calls: 0, scopes: [], lastUsedAt: line.minute };
    uses.set(key, withLine(known, line));
  }
  return [...uses].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, use]) => use);
}

function withLine(use: GrantUse, { calls, scopes, minute }: UsageLine): GrantUse {
  return {
    ...use,
    calls: use.calls + calls,
    scopes: [...new Set([...use.scopes, ...scopes])].sort(),
    lastUsedAt: minute > use.lastUsedAt ? minute : use.lastUsedAt,
  };
}
