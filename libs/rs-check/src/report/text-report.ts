import type { Trial } from '../check.js';
import { describeAnswer } from '../http/answer.js';
import { countOf, failuresOf, type Outcome, type Report } from './outcome.js';
import type { ReportFormat } from './report-format.js';

const MAX_TRIALS = 3;
const WIDTH = 100;

/** For a terminal: what is wrong first, and with each failure what was sent, what came, what was expected and how to mend it. */
export const TEXT_REPORT: ReportFormat = {
  name: 'text',
  render: (report) => {
    const failures = failuresOf(report);
    return [
      heading(report),
      ...failures.map((outcome) => failure(outcome, report)),
      others('NOT CLEAR', report, 'inconclusive'),
      passed(report),
      others('SKIPPED', report, 'skipped'),
      summaryOf(report),
      '',
    ]
      .filter((part) => part !== undefined)
      .join('\n');
  },
};

/** One line: the last of a report, and what is said on a terminal when the report goes to a file. */
export function summaryOf(report: Report): string {
  const counts = (['failed', 'passed', 'skipped', 'inconclusive'] as const).map((verdict) => [countOf(report, verdict), verdict] as const);
  const told = counts.filter(([count, verdict]) => count > 0 || verdict === 'failed' || verdict === 'passed');
  return `${told.map(([count, verdict]) => `${count} ${verdict}`).join(', ')} of ${report.outcomes.length} checks in ${(report.durationMs / 1000).toFixed(1)} s`;
}

function heading({ version, target, issuer, tokens }: Report): string {
  return [
    `rs-check ${version}`,
    `  attacked  ${target.method} ${target.url}`,
    `  issuer    ${issuer}`,
    `  audience  ${target.audience}${target.scopes.length > 0 ? `, scope ${target.scopes.join(' ')}` : ''}`,
    `  tokens    ${tokens}`,
    '',
  ].join('\n');
}

function failure({ check, severity, trials }: Outcome, { target }: Report): string {
  const failed = trials.filter(({ problem }) => problem);
  const more = failed.slice(MAX_TRIALS).map(({ label }) => label);
  return [
    `${severity.toUpperCase().padEnd(9)} ${check.name}: ${check.title}`,
    ...failed.slice(0, MAX_TRIALS).flatMap((trial, i) => trialLines(trial, failed[i - 1], target)),
    ...(more.length > 0 ? [`  and also  ${wrapped(more.join('; '))}`] : []),
    `  expected  ${wrapped(check.expected)}`,
    `  why       ${wrapped(check.why)}`,
    `  fix       ${wrapped(check.remedy)}`,
    `  rule      ${check.rule}`,
    '',
  ].join('\n');
}

/** What is as in the heading, or as in the request before, is not said again. */
function trialLines({ label, sent, answer, problem }: Trial, before: Trial | undefined, target: Report['target']): string[] {
  const elsewhere = sent.method === target.method && sent.url === target.url ? [] : [`${sent.method} ${sent.url}`];
  const facts = [...elsewhere, ...sent.headers, ...sent.differences];
  return [
    `  sent      ${wrapped(label)}`,
    ...facts.map((fact) => `            ${fact}`),
    `  came      ${wrapped(describeAnswer(answer))}`,
    ...(problem?.text === before?.problem?.text ? [] : [`  so        ${wrapped(problem?.text ?? '')}`]),
  ];
}

function others(title: string, { outcomes }: Report, verdict: Outcome['verdict']): string | undefined {
  const found = outcomes.filter((outcome) => outcome.verdict === verdict);
  if (found.length === 0) return undefined;
  return [title, ...found.map(({ check, reason }) => `  ${check.name.padEnd(24)}${reason ?? ''}`), ''].join('\n');
}

function passed({ outcomes }: Report): string | undefined {
  const names = outcomes.filter(({ verdict }) => verdict === 'passed').map(({ check }) => check.name);
  return names.length === 0 ? undefined : ['PASSED', `  ${wrapped(names.join(', '), 2)}`, ''].join('\n');
}

/** Breaks at spaces; further lines are indented like the first. */
function wrapped(text: string, indent = 12): string {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + word.length + 1 > WIDTH) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.join(`\n${' '.repeat(indent)}`);
}
