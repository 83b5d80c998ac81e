import { describeAnswer, isSuccess, type Answer } from './http/answer.js';

/** How an answer falls short, from worst to mildest. */
export type ProblemKind =
  /** What must be refused was let in, or something else happened that the check is there to prevent. */
  | 'accepted'
  /** What must be let in was refused. */
  | 'refused'
  /** A 5xx, or no answer at all: hostile input reached code that was not made for it. */
  | 'crashed'
  /** Refused, but not in the way that a client or a standard expects. */
  | 'inexact';

export interface Problem {
  readonly kind: ProblemKind;
  readonly text: string;
}

export interface Expectation {
  /** For the report, such as `401`. */
  readonly text: string;
  readonly statuses: readonly number[];
  /** True where a server may just close the connection. */
  readonly mayClose?: boolean;
  /** Work that must not be done for an attacker. */
  readonly withinMs?: number;
  /** What is wrong with an answer that has the right status. */
  readonly also?: (answer: Answer) => string | undefined;
}

const SUCCESSES = [200, 201, 202, 204, 206];

export const REFUSED: Expectation = { text: '401', statuses: [401] };
/** Where the header is not even a Bearer credential, both are right (RFC 6750 §3.1). */
export const REFUSED_OR_MALFORMED: Expectation = { text: '401, or 400', statuses: [401, 400] };
export const TOO_LARGE: Expectation = { text: '401, 400, 413, 431 or a closed connection', statuses: [401, 400, 413, 431], mayClose: true };
export const FORBIDDEN: Expectation = { text: '403', statuses: [403] };
export const FORBIDDEN_OR_REFUSED: Expectation = { text: '403, or 401', statuses: [403, 401] };
export const ACCEPTED: Expectation = { text: 'the same success as with the good token', statuses: SUCCESSES };

/** Undefined: the answer is as it should be. */
export function judge(answer: Answer, expectation: Expectation): Problem | undefined {
  const { statuses, text, mayClose = false, withinMs = Infinity } = expectation;
  if (answer.status === 0)
    return mayClose && answer.failure === 'closed' ? undefined : { kind: 'crashed', text: `${describeAnswer(answer)}; expected ${text}` };
  if (answer.status >= 500) return { kind: 'crashed', text: `the API answered ${answer.status}; expected ${text}` };
  if (!statuses.includes(answer.status)) return unexpectedStatus(answer, expectation);
  if (answer.durationMs > withinMs)
    return { kind: 'crashed', text: `the answer took ${answer.durationMs} ms; expected at most ${withinMs} ms` };
  const wrong = expectation.also?.(answer);
  return wrong === undefined ? undefined : { kind: 'inexact', text: wrong };
}

function unexpectedStatus(answer: Answer, { statuses, text }: Expectation): Problem {
  const expectsSuccess = statuses.includes(200);
  if (isSuccess(answer)) return { kind: 'accepted', text: `the API answered ${answer.status}: it let the request in; expected ${text}` };
  if (expectsSuccess) return { kind: 'refused', text: `the API answered ${answer.status}; expected ${text}` };
  return { kind: 'inexact', text: `the API answered ${answer.status}; expected ${text}` };
}
