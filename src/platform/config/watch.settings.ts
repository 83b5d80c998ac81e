import { bool, makeValidator } from 'envalid';
import { positiveInteger } from './setting-types.js';

/** A whole number up to `max`; where 0 is allowed it turns something off. */
const wholeNumber = (min: number, max: number) =>
  makeValidator<number>((text) => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < min || value > max) throw new TypeError(`must be a whole number from ${min} to ${max}`);
    return value;
  });

const BILLION = 1_000_000_000;
const seconds = wholeNumber(0, 3_600);
const days = wholeNumber(0, 28);
const networks = wholeNumber(0, 20);
const count = wholeNumber(0, BILLION);

export const watchSettings = {
  WATCH_INTERVAL_SECONDS: seconds({
    desc: 'Every so often the tokens and calls of all clients are looked at for what is odd; what is younger than two intervals waits. 0: never.',
    default: 60,
  }),
  WATCH_LEARNING_DAYS: days({
    desc: 'Days for which a new client is only learned from; a burst of denials counts at once.',
    default: 7,
  }),
  WATCH_DENIALS_PER_HOUR: count({
    desc: 'Denials of a client in an hour, at the token endpoint and at guards, from which they are odd. 0: never.',
    default: 50,
  }),
  WATCH_CALLS_PER_HOUR: count({
    desc: 'Calls of a client in an hour below which no number of them is odd. 0: no number is.',
    default: 1_000,
  }),
  WATCH_TOKENS_PER_HOUR: count({
    desc: 'Tokens of a client in an hour below which no number of them is odd. 0: no number is.',
    default: 200,
  }),
  WATCH_FACTOR: positiveInteger({
    desc: 'How many times the busiest hour of the 28 days before calls, tokens and denials of an hour must reach to be odd.',
    default: 5,
  }),
  WATCH_NETWORKS: networks({
    desc: 'A new network of a client is odd if it has come from no more than so many in 90 days. 0: never.',
    default: 5,
  }),
  WATCH_SCOPES: bool({ desc: 'Whether the first use of a scope by a client that has been known for long is odd.', default: true }),
};
