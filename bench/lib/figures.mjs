/** @param {number[]} sorted ascending */
export function quantile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The median over rounds of ours ÷ theirs in the same round: the machine's moods hit both. */
export function pairedRatio(ours, theirs) {
  const pairs = ours.map((run, round) => run.requestsPerSecond / theirs[round].requestsPerSecond);
  return { ratio: median(pairs), lowest: Math.min(...pairs), highest: Math.max(...pairs) };
}

export function summarise(runs) {
  const of = (name) => median(runs.map((run) => run[name] ?? Number.NaN));
  return {
    requestsPerSecond: of('requestsPerSecond'),
    p50: of('p50'),
    p99: of('p99'),
    generatorCpuShare: of('generatorCpuShare'),
    serverCpuMicroseconds: of('serverCpuMicroseconds'),
    runs,
  };
}

/** Each round in another order, so that nobody always runs first or last. */
export function orderOfRound(items, round) {
  const shift = round % items.length;
  return [...items.slice(shift), ...items.slice(0, shift)];
}
