import type { Check } from './check.js';
import { CHECKS } from './checks/index.js';
import type { ClientCredential } from './issuer/oauth-client.js';
import { openOwnIssuer } from './issuer/own-issuer.js';
import { openRemoteIssuer } from './issuer/remote-issuer.js';
import { requireSecure } from './issuer/secure-url.js';
import type { TokenSource } from './issuer/token-source.js';
import { prepare } from './prepare.js';
import { outcomeOf, type Outcome, type Report } from './report/outcome.js';
import type { Session } from './session.js';
import { SetupError } from './setup-error.js';
import type { Target } from './target.js';
import { VERSION } from './version.js';

export interface RunOptions {
  readonly target: Target;
  /** Exact `iss` of good tokens; with an own issuer, what it calls itself. */
  readonly issuer?: string | undefined;
  /** Loopback port on which rs-check is the issuer itself. */
  readonly ownIssuerPort?: number | undefined;
  readonly client?: ClientCredential | undefined;
  readonly operator?: ClientCredential | undefined;
  /** Added to good tokens that rs-check makes. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** How long the API may take to accept the first token. */
  readonly waitSeconds?: number;
  readonly dangerouslyAllowHttp?: boolean;
  /** Ids of checks; absent: all. */
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  /** Told of every check when it is done. */
  readonly onOutcome?: (outcome: Outcome) => void;
}

/** Attacks the target and judges its answers. @throws SetupError when it cannot be done, the good token being refused above all */
export async function runChecks(options: RunOptions): Promise<Report> {
  const { target, waitSeconds = 0, dangerouslyAllowHttp: allowHttp = false } = options;
  const checks = selected(options);
  for (const url of [target.url, target.foreignUrl]) if (url !== undefined) requireSecure(url, allowHttp);
  const startedAt = new Date();
  const source = await openSource(options, allowHttp);
  try {
    const { session, close } = await prepare(target, source, waitSeconds);
    const outcomes = await runEach(checks, session, options.onOutcome).finally(close);
    const { url, method, audience, scopes } = target;
    return {
      version: VERSION,
      startedAt,
      durationMs: Date.now() - startedAt.getTime(),
      target: { url, method, audience, scopes },
      issuer: source.issuer,
      tokens: source.description,
      outcomes,
    };
  } finally {
    await source.close();
  }
}

/** @throws SetupError for an id that does not exist: a typing mistake must not skip a check. */
function selected({ only, skip = [] }: RunOptions): Check[] {
  const unknown = [...(only ?? []), ...skip].find((name) => CHECKS.find(name) === undefined);
  if (unknown !== undefined) throw new SetupError(`There is no check called "${unknown}"; --list shows them all.`);
  return [...CHECKS].filter(({ name }) => (only === undefined || only.includes(name)) && !skip.includes(name));
}

function openSource(options: RunOptions, allowHttp: boolean): Promise<TokenSource> {
  const { target, issuer, ownIssuerPort, client, operator, claims = {} } = options;
  if (ownIssuerPort !== undefined) return openOwnIssuer(ownIssuerPort, issuer, { target, claims });
  if (issuer === undefined) throw new SetupError('Pass --issuer, or --own-issuer-port.');
  return openRemoteIssuer(issuer, { client, operator, allowHttp }, { target, claims });
}

/** One after the other: the log of the API stays readable, and no check disturbs another. */
async function runEach(checks: readonly Check[], session: Session, onOutcome: RunOptions['onOutcome']): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const check of checks) {
    const outcome = await runOne(check, session);
    onOutcome?.(outcome);
    outcomes.push(outcome);
  }
  return outcomes;
}

async function runOne(check: Check, session: Session): Promise<Outcome> {
  const reason = session.missing(check.needs);
  if (reason !== undefined) return { check, verdict: 'skipped', severity: check.severity, trials: [], reason };
  try {
    return outcomeOf(check, await check.run(session));
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    return { check, verdict: 'inconclusive', severity: check.severity, trials: [], reason: error.message };
  }
}
