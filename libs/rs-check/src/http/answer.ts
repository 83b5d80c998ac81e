import { maskSegments, printable } from '../printable.js';

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

/** For people: status and what says most about it. What a success holds is somebody's data, and stays out. */
export function describeAnswer(answer: Answer): string {
  const { status, failure, reason } = answer;
  if (status === 0) return `no answer (${failure ?? 'closed'}${reason === undefined ? '' : `, ${reason}`})`;
  const challenge = headerOf(answer, 'www-authenticate');
  const location = headerOf(answer, 'location');
  return [
    `${status}`,
    challenge !== undefined && `WWW-Authenticate: ${printable(maskSegments(challenge), 300)}`,
    location !== undefined && `Location: ${printable(maskSegments(location), 200)}`,
    answer.text !== '' && !isSuccess(answer) && printable(maskSegments(answer.text), 120),
  ]
    .filter((part) => part !== false)
    .join(' · ');
}
