import type { Trial } from '../check.js';
import { maskSegments } from '../printable.js';
import { countOf, type Outcome, type Report } from './outcome.js';
import type { ReportFormat } from './report-format.js';

/** For programs: everything, in snake_case. */
export const JSON_REPORT: ReportFormat = {
  name: 'json',
  render: (report) => `${JSON.stringify(documentOf(report), null, 2)}\n`,
};

function documentOf(report: Report): object {
  const { version, startedAt, durationMs, target, issuer, tokens, outcomes } = report;
  return {
    tool: 'rs-check',
    version,
    started_at: startedAt.toISOString(),
    duration_ms: durationMs,
    target,
    issuer,
    tokens,
    summary: {
      failed: countOf(report, 'failed'),
      passed: countOf(report, 'passed'),
      skipped: countOf(report, 'skipped'),
      inconclusive: countOf(report, 'inconclusive'),
    },
    results: outcomes.map(resultOf),
  };
}

function resultOf({ check, verdict, severity, reason, trials }: Outcome): object {
  const { name, title, why, rule, expected, remedy } = check;
  return { id: name, verdict, severity, title, why, rule, expected, remedy, reason, trials: trials.map(trialOf) };
}

function trialOf({ label, sent, answer, problem, inconclusive }: Trial): object {
  return {
    label,
    sent,
    received: {
      status: answer.status,
      failure: answer.failure,
      www_authenticate: answer.headers['www-authenticate']?.map(maskSegments),
      duration_ms: answer.durationMs,
    },
    problem,
    inconclusive: inconclusive === true ? true : undefined,
  };
}
