/** Reproducible numbers: the same seed gives the same sequence on every machine. Never for secrets. */
export class Random {
  private state: number;

  constructor(seed: number) {
    // Neighbouring seeds are taken far apart (multiplier of Knuth's multiplicative hash).
    this.state = Math.imul(seed + 1, 0x9e3779b1);
  }

  /** At least 0, less than 1: mulberry32 by Tommy Ettinger. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number from `min` to `max`, both included. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** A whole number whose mean is `mean`: the fraction is the chance of one more. */
  around(mean: number): number {
    return Math.floor(mean * (0.4 + 1.2 * this.next()) + this.next());
  }

  /** One of the choices, each as often as its weight says. */
  pick<T>(choices: readonly (readonly [T, number])[]): T {
    let left = this.next() * choices.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [choice, weight] of choices) {
      left -= weight;
      if (left < 0) return choice;
    }
    return choices[choices.length - 1]![0];
  }
}
