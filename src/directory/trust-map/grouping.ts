/** Lists of what has the same key, in the order of its first occurrence. */
export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

export function sumOf(items: readonly { readonly calls: number }[]): number {
  return items.reduce((sum, { calls }) => sum + calls, 0);
}

export function latestOf(items: readonly { readonly lastSeenAt: Date }[]): Date {
  return new Date(Math.max(...items.map(({ lastSeenAt }) => lastSeenAt.getTime())));
}

/** By names, so that two maps of the same platform can be compared. */
export function byEdge(one: PartialEdge, other: PartialEdge): number {
  return compareText(one.caller, other.caller) || compareText(one.target, other.target);
}

interface PartialEdge {
  readonly caller: string | undefined;
  readonly target: string | undefined;
}

export function compareText(one = '', other = ''): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
