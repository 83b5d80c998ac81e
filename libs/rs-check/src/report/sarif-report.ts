import type { Check, Severity, Trial } from '../check.js';
import { failuresOf, type Outcome, type Report } from './outcome.js';
import type { ReportFormat } from './report-format.js';

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';
const LEVELS: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
};
/** As CVSS scores, by which code scanning sorts. */
const SCORES: Readonly<Record<Severity, string>> = { critical: '9.5', high: '8.0', medium: '5.0', low: '2.0' };

/** For code scanning (SARIF 2.1.0): a rule per check that was run, a result per failure. */
export const SARIF_REPORT: ReportFormat = {
  name: 'sarif',
  render: (report) => `${JSON.stringify(logOf(report), null, 2)}\n`,
};

function logOf(report: Report): object {
  const rules = report.outcomes.filter(({ verdict }) => verdict !== 'skipped').map(({ check }) => check);
  const endedAt = new Date(report.startedAt.getTime() + report.durationMs);
  return {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'rs-check', semanticVersion: report.version, rules: rules.map(ruleOf) } },
        invocations: [
          {
            executionSuccessful: report.outcomes.every(({ verdict }) => verdict !== 'inconclusive'),
            startTimeUtc: report.startedAt.toISOString(),
            endTimeUtc: endedAt.toISOString(),
          },
        ],
        results: failuresOf(report).map((failure) => resultOf(failure, report, rules)),
        columnKind: 'utf16CodeUnits',
      },
    ],
  };
}

function ruleOf({ name, title, why, rule, expected, remedy, severity }: Check): object {
  return {
    id: name,
    shortDescription: { text: title },
    fullDescription: { text: `${title}. ${why}` },
    help: { text: `Expected: ${expected}\nFix: ${remedy}\nRule: ${rule}` },
    defaultConfiguration: { level: LEVELS[severity] },
    properties: { tags: ['security'], 'security-severity': SCORES[severity] },
  };
}

function resultOf({ check, severity, trials }: Outcome, { target }: Report, rules: readonly Check[]): object {
  const failed = trials.filter(({ problem }) => problem);
  const [first] = failed;
  const facts = failed.map(({ label, problem }) => `${label}: ${problem?.text ?? ''}.`);
  return {
    ruleId: check.name,
    ruleIndex: rules.indexOf(check),
    level: LEVELS[severity],
    message: { text: [`${check.title}: not so.`, ...facts, check.remedy].join('\n') },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: target.url } },
        logicalLocations: [{ fullyQualifiedName: `${target.method} ${target.url}`, kind: 'resource' }],
      },
    ],
    partialFingerprints: { 'rsCheck/v1': `${check.name}:${target.method}:${target.url}` },
    ...(first && exchangeOf(first)),
  };
}

function exchangeOf({ sent, answer }: Trial): object {
  const headers = sent.headers.map((line): [string, string] => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]);
  return {
    webRequest: { target: sent.url, method: sent.method, headers: Object.fromEntries(headers) },
    webResponse: answer.status === 0 ? { noResponseReceived: true } : { statusCode: answer.status },
  };
}
