import type { Answer } from './http/answer.js';
import { judge, type Expectation, type Problem } from './judgement.js';
import type { Need } from './need.js';
import type { Probe, Sent } from './probe.js';
import type { Session } from './session.js';

export const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** One rule about how an API treats tokens, and the requests that show whether it keeps it. */
export interface Check {
  /** Its id, for --only and --skip. */
  readonly name: string;
  /** The rule. */
  readonly title: string;
  /** What an attacker gains, in one line. */
  readonly why: string;
  /** Where it is written, for whoever wants to read on. */
  readonly rule: string;
  /** Which attacks and tables of the project's own requirements it answers. */
  readonly covers?: readonly string[];
  /** Of a request that gets in. */
  readonly severity: Severity;
  readonly expected: string;
  readonly remedy: string;
  readonly needs?: readonly Need[];
  run(session: Session): Promise<readonly Trial[]>;
}

/** One request with its answer, judged. */
export interface Trial {
  readonly label: string;
  readonly sent: Sent;
  readonly answer: Answer;
  readonly problem?: Problem | undefined;
  /** Nothing can be concluded: the API refused for another reason, such as its rate limit. */
  readonly inconclusive?: boolean;
}

type CheckText = Omit<Check, 'run' | 'expected'> & { readonly expected?: string };
type Probes = (session: Session) => readonly Probe[] | Promise<readonly Probe[]>;

/** The usual check: a list of requests that must all be answered alike. */
export function check(expectation: Expectation | ((session: Session) => Expectation), text: CheckText, probes: Probes): Check {
  return {
    ...text,
    expected: text.expected ?? (typeof expectation === 'function' ? '' : expectation.text),
    run: async (session) => {
      const wanted = typeof expectation === 'function' ? expectation(session) : expectation;
      const trials: Trial[] = [];
      for (const probe of await probes(session)) trials.push(await attempt(session, probe, wanted));
      return trials;
    },
  };
}

export async function attempt(session: Session, probe: Probe, expectation: Expectation): Promise<Trial> {
  const answer = await session.send(probe);
  const limited = answer.status === 429;
  const problem = limited ? undefined : judge(answer, expectation);
  return { label: probe.label, sent: session.describe(probe), answer, problem, inconclusive: limited };
}
