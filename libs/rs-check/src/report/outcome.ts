import { SEVERITIES, type Check, type Severity, type Trial } from '../check.js';
import type { ProblemKind } from '../judgement.js';

export type Verdict = 'failed' | 'passed' | 'skipped' | 'inconclusive';

/** What became of one check. */
export interface Outcome {
  readonly check: Check;
  readonly verdict: Verdict;
  /** Of a failure: how bad it is. */
  readonly severity: Severity;
  readonly trials: readonly Trial[];
  /** Why it was skipped, or why nothing can be concluded. */
  readonly reason?: string;
}

/** All that one run found out. */
export interface Report {
  readonly version: string;
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly target: { readonly method: string; readonly url: string; readonly audience: string; readonly scopes: readonly string[] };
  readonly issuer: string;
  /** How hostile tokens got a good signature. */
  readonly tokens: string;
  readonly outcomes: readonly Outcome[];
}

/** A crash is worth a look whatever caused it; a refusal in other words than expected lets nobody in. */
const MILDER: Readonly<Record<ProblemKind, (own: Severity) => Severity>> = {
  accepted: (own) => own,
  refused: (own) => own,
  crashed: (own) => mildest(own, 'medium'),
  inexact: () => 'low',
};

export function outcomeOf(check: Check, trials: readonly Trial[]): Outcome {
  const problems = trials.flatMap(({ problem }) => problem ?? []);
  if (problems.length > 0) {
    const severity = problems.map(({ kind }) => MILDER[kind](check.severity)).reduce(worst);
    return { check, verdict: 'failed', severity, trials };
  }
  const unclear = trials.find(({ inconclusive }) => inconclusive);
  if (!unclear) return { check, verdict: 'passed', severity: check.severity, trials };
  return {
    check,
    verdict: 'inconclusive',
    severity: check.severity,
    trials,
    reason: `${unclear.label}: the API answered ${unclear.answer.status}`,
  };
}

/** Failures, the worst first. */
export function failuresOf({ outcomes }: Report): Outcome[] {
  return outcomes.filter(({ verdict }) => verdict === 'failed').sort((a, b) => rank(a.severity) - rank(b.severity));
}

export function countOf({ outcomes }: Report, verdict: Verdict): number {
  return outcomes.filter((outcome) => outcome.verdict === verdict).length;
}

function worst(a: Severity, b: Severity): Severity {
  return rank(a) <= rank(b) ? a : b;
}

function mildest(a: Severity, b: Severity): Severity {
  return rank(a) >= rank(b) ? a : b;
}

function rank(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}
