import { parseArgs } from 'node:util';
import type { ClientCredential } from '../issuer/oauth-client.js';
import { REPORT_FORMATS } from '../report/index.js';
import type { ReportFormat } from '../report/report-format.js';
import type { RunOptions } from '../run-checks.js';
import { SetupError } from '../setup-error.js';
import type { Target } from '../target.js';
import { Values } from './values.js';

const TEXT = { type: 'string' } as const;
const FLAG = { type: 'boolean' } as const;
const OPTIONS = {
  url: TEXT,
  method: TEXT,
  body: TEXT,
  header: { type: 'string', multiple: true },
  audience: TEXT,
  scope: TEXT,
  org: TEXT,
  'foreign-url': TEXT,
  'own-issuer-port': TEXT,
  issuer: TEXT,
  'client-id': TEXT,
  'client-secret-file': TEXT,
  'operator-id': TEXT,
  'operator-secret-file': TEXT,
  claims: TEXT,
  only: TEXT,
  skip: TEXT,
  wait: TEXT,
  'revocation-seconds': TEXT,
  format: TEXT,
  output: TEXT,
  'dangerously-allow-http': FLAG,
  list: FLAG,
  version: FLAG,
  help: FLAG,
} as const;
const BODILESS = ['GET', 'HEAD'];

export type Command =
  | { readonly kind: 'help' | 'version' | 'list' }
  | { readonly kind: 'run'; readonly run: RunOptions; readonly format: ReportFormat; readonly output: string | undefined };

/** @throws SetupError that names every mistake */
export function readCommand(args: readonly string[], environment: NodeJS.ProcessEnv): Command {
  const given = parsed(args);
  for (const kind of ['help', 'version', 'list'] as const) if (given[kind] === true) return { kind };
  const values = new Values(given, environment);
  const format = values.choice('format', REPORT_FORMATS.names(), 'text');
  const run: RunOptions = {
    target: targetOf(values),
    issuer: values.url('issuer'),
    ownIssuerPort: values.integer('own-issuer-port'),
    client: credential(values, 'client'),
    operator: credential(values, 'operator'),
    claims: values.object('claims') ?? {},
    waitSeconds: values.integer('wait') ?? 0,
    dangerouslyAllowHttp: given['dangerously-allow-http'] === true,
    ...(given.only !== undefined && { only: listOf(given.only) }),
    ...(given.skip !== undefined && { skip: listOf(given.skip) }),
  };
  requireSource(values, run);
  values.requireNoMistakes();
  return { kind: 'run', run, format: REPORT_FORMATS.get(format), output: given.output };
}

type Given = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

function parsed(args: readonly string[]): Given {
  const secret = args.find((arg) => /^--(?:client|operator)-secret(?:=|$)/.test(arg));
  // Command lines stand in process lists and shell histories.
  if (secret !== undefined)
    throw new SetupError(
      'A secret does not belong on the command line: use RS_CHECK_CLIENT_SECRET, RS_CHECK_OPERATOR_SECRET or a …-secret-file.',
    );
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: false }).values;
  } catch (error) {
    throw new SetupError(`${(error as Error).message.split('. ')[0] ?? 'Unknown option'}. --help shows every option.`);
  }
}

function targetOf(values: Values): Target {
  const method = (values.text('method') ?? 'GET').toUpperCase();
  const body = bodyOf(values, method);
  const headers = values.headers('header');
  const typed = body === undefined || headers.some(([name]) => name.toLowerCase() === 'content-type');
  return {
    url: values.url('url') ?? values.missing('--url', 'the operation to attack'),
    method,
    headers: typed ? headers : [...headers, ['Content-Type', 'application/json']],
    body,
    audience: values.text('audience') ?? values.missing('--audience', 'the identifier of the API, the aud of its tokens'),
    scopes: listOf(values.text('scope') ?? '', ' '),
    org: values.text('org'),
    foreignUrl: values.url('foreign-url'),
    revocationSeconds: values.integer('revocation-seconds') ?? 2,
  };
}

function bodyOf(values: Values, method: string): string | undefined {
  const body = values.text('body');
  if (body === undefined) return undefined;
  if (BODILESS.includes(method)) values.mistake('--body', `a ${method} has none; pass --method as well`);
  return body.startsWith('@') ? values.file('--body', body.slice(1)) : body;
}

function credential(values: Values, name: 'client' | 'operator'): ClientCredential | undefined {
  const clientId = values.text(`${name}-id`);
  if (clientId === undefined) return undefined;
  const variable = `RS_CHECK_${name.toUpperCase()}_SECRET`;
  return {
    clientId,
    clientSecret: values.secret(`${name}-secret-file`, variable) ?? values.missing(variable, `the secret of ${clientId}`),
  };
}

function requireSource(values: Values, { issuer, ownIssuerPort, client, operator }: RunOptions): void {
  if (ownIssuerPort !== undefined) {
    if (client ?? operator) values.mistake('--own-issuer-port', 'the own issuer has no clients: leave --client-id and --operator-id out');
    return;
  }
  if (issuer === undefined) values.missing('--issuer', 'the issuer that the API trusts (or --own-issuer-port)');
  if (!client && !operator) values.missing('--client-id', 'who gets the good token (or --operator-id, or --own-issuer-port)');
}

function listOf(text: string, separator = ','): string[] {
  return text
    .split(separator)
    .map((part) => part.trim())
    .filter(Boolean);
}
