import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { CHECKS } from '../checks/index.js';
import type { Trial } from '../check.js';
import { REPORT_FORMATS } from './index.js';
import { outcomeOf, type Outcome, type Report } from './outcome.js';

const text = { type: 'object', required: ['text'], properties: { text: { type: 'string', minLength: 1 } }, additionalProperties: false };
const texts = { type: 'object', additionalProperties: { type: 'string' } };
const level = { enum: ['none', 'note', 'warning', 'error'] };
/** Sections 3.13 to 3.49 of SARIF 2.1.0 for the objects in use: what they require, and which members they have at all. */
const SARIF_ESSENTIALS = {
  type: 'object',
  required: ['version', 'runs'],
  additionalProperties: false,
  properties: {
    $schema: { type: 'string', format: 'uri' },
    version: { const: '2.1.0' },
    runs: {
      type: 'array',
      items: {
        type: 'object',
        required: ['tool', 'results'],
        additionalProperties: false,
        properties: {
          columnKind: { enum: ['utf16CodeUnits', 'unicodeCodePoints'] },
          tool: {
            type: 'object',
            required: ['driver'],
            additionalProperties: false,
            properties: {
              driver: {
                type: 'object',
                required: ['name', 'rules'],
                additionalProperties: false,
                properties: {
                  name: { type: 'string' },
                  semanticVersion: { type: 'string', pattern: '^\\d+\\.\\d+\\.\\d+' },
                  rules: {
                    type: 'array',
                    uniqueItems: true,
                    items: {
                      type: 'object',
                      required: ['id'],
                      additionalProperties: false,
                      properties: {
                        id: { type: 'string' },
                        shortDescription: text,
                        fullDescription: text,
                        help: text,
                        defaultConfiguration: { type: 'object', additionalProperties: false, properties: { level } },
                        properties: {
                          type: 'object',
                          required: ['tags', 'security-severity'],
                          properties: {
                            tags: { type: 'array', items: { type: 'string' } },
                            'security-severity': { type: 'string', pattern: '^\\d+\\.\\d$' },
                          },
                        },
                      },
                    },
                  },
                },
              },
            },
          },
          invocations: {
            type: 'array',
            items: {
              type: 'object',
              required: ['executionSuccessful'],
              additionalProperties: false,
              properties: {
                executionSuccessful: { type: 'boolean' },
                startTimeUtc: { type: 'string', format: 'date-time' },
                endTimeUtc: { type: 'string', format: 'date-time' },
              },
            },
          },
          results: {
            type: 'array',
            items: {
              type: 'object',
              required: ['message', 'ruleId'],
              additionalProperties: false,
              properties: {
                ruleId: { type: 'string' },
                ruleIndex: { type: 'integer', minimum: 0 },
                level,
                message: text,
                partialFingerprints: texts,
                locations: {
                  type: 'array',
                  items: {
                    type: 'object',
                    additionalProperties: false,
                    properties: {
                      physicalLocation: {
                        type: 'object',
                        required: ['artifactLocation'],
                        additionalProperties: false,
                        properties: {
                          artifactLocation: {
                            type: 'object',
                            additionalProperties: false,
                            properties: { uri: { type: 'string', format: 'uri-reference' } },
                          },
                        },
                      },
                      logicalLocations: {
                        type: 'array',
                        items: {
                          type: 'object',
                          additionalProperties: false,
                          properties: { fullyQualifiedName: { type: 'string' }, kind: { type: 'string' } },
                        },
                      },
                    },
                  },
                },
                webRequest: {
                  type: 'object',
                  additionalProperties: false,
                  properties: { target: { type: 'string' }, method: { type: 'string' }, headers: texts },
                },
                webResponse: {
                  type: 'object',
                  additionalProperties: false,
                  properties: { statusCode: { type: 'integer' }, noResponseReceived: { type: 'boolean' } },
                },
              },
            },
          },
        },
      },
    },
  },
};

const answer = { status: 200, headers: { 'www-authenticate': ['Bearer x="\u001b[31mred"'] }, text: 'hello\nworld', durationMs: 3 };
const trial = (kind?: 'accepted' | 'inexact'): Trial => ({
  label: 'alg "none"',
  sent: {
    method: 'GET',
    url: 'https://api.example/x',
    headers: ['Authorization: Bearer eyJ...(9 characters)', 'Authorization: second'],
    differences: ['header alg: "none"'],
  },
  answer,
  problem: kind && { kind, text: 'the API answered 200' },
});
const outcome = (name: string, ...trials: Trial[]): Outcome => outcomeOf(CHECKS.get(name), trials);
const report: Report = {
  version: '9.9.9',
  startedAt: new Date('2026-11-22T08:00:00Z'),
  durationMs: 1234,
  target: { method: 'GET', url: 'https://api.example/x', audience: 'https://api.example', scopes: ['read:x'] },
  issuer: 'https://issuer.example',
  tokens: 'signed by nobody',
  outcomes: [
    outcome('scheme-case', trial()),
    outcome('challenge-scope', trial('inexact')),
    outcome('alg-none', trial('inexact'), trial('accepted')),
    { check: CHECKS.get('revoked'), verdict: 'skipped', severity: 'high', trials: [], reason: 'needs more' },
    outcome('no-oracle', { ...trial(), inconclusive: true }),
  ],
};
const rendered = (format: string): string => REPORT_FORMATS.get(format).render(report);

describe('the SARIF report', () => {
  const log = JSON.parse(rendered('sarif')) as {
    runs: [{ results: Record<string, unknown>[]; tool: { driver: { rules: { id: string }[] } } }];
  };

  it('is SARIF 2.1.0, as far as the objects it uses go', () => {
    const ajv = new Ajv({
      allErrors: true,
      strict: true,
      formats: { 'date-time': /^\d{4}-\d\d-\d\dT[\d:.]+Z$/, uri: /^https?:/, 'uri-reference': /^\S+$/ },
    });
    expect(ajv.validate(SARIF_ESSENTIALS, log), ajv.errorsText()).toBe(true);
    // Seen to fail: the schema refuses a member that SARIF does not know.
    expect(ajv.validate(SARIF_ESSENTIALS, { ...log, runs: [{ ...log.runs[0], rules: [] }] })).toBe(false);
  });

  it('holds a result per failure, the worst first, each pointing at its rule', () => {
    const [{ results, tool }] = log.runs;
    expect(results.map(({ ruleId, level }) => [ruleId, level])).toEqual([
      ['alg-none', 'error'],
      ['challenge-scope', 'note'],
    ]);
    for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[Number(ruleIndex)]?.id).toBe(ruleId);
    expect(tool.driver.rules.map(({ id }) => id)).not.toContain('revoked');
  });
});

describe('the text report', () => {
  it('tells failures first, then what is not clear, what passed, what was left out, and the sum', () => {
    const text = rendered('text');
    const places = [
      'CRITICAL  alg-none',
      'LOW       challenge-scope',
      'NOT CLEAR',
      'PASSED\n  scheme-case',
      'SKIPPED',
      '2 failed, 1 passed, 1 skipped, 1 inconclusive of 5 checks in 1.2 s',
    ];
    expect(places.map((place) => text.indexOf(place))).toEqual(places.map((place) => text.indexOf(place)).sort((a, b) => a - b));
    for (const place of places) expect(text).toContain(place);
  });

  it('prints nothing that an API could move the cursor with', () => {
    // eslint-disable-next-line no-control-regex -- That is what must not be there.
    expect(rendered('text')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
  });
});

describe('the JSON report', () => {
  it('holds every check with its verdict and requests', () => {
    const document = JSON.parse(rendered('json')) as { summary: object; results: { id: string; verdict: string }[] };
    expect(document).toMatchObject({ tool: 'rs-check', version: '9.9.9', summary: { failed: 2, passed: 1, skipped: 1, inconclusive: 1 } });
    expect(document.results.map(({ id, verdict }) => `${id} ${verdict}`)).toEqual([
      'scheme-case passed',
      'challenge-scope failed',
      'alg-none failed',
      'revoked skipped',
      'no-oracle inconclusive',
    ]);
  });
});
