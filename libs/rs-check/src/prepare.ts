import { setTimeout as wait } from 'node:timers/promises';
import { describeAnswer, isSuccess, type Answer } from './http/answer.js';
import { startCanary } from './http/canary.js';
import type { TokenSource } from './issuer/token-source.js';
import { bearing } from './probe.js';
import { Session } from './session.js';
import { SetupError } from './setup-error.js';
import type { Target } from './target.js';
import { Attacker } from './tokens/attacker.js';
import { readToken } from './tokens/jws-parts.js';

const POLL_MS = 500;

/** A session whose good token the API has been seen to accept: without that, a refusal would mean nothing. @throws SetupError */
export async function prepare(
  target: Target,
  source: TokenSource,
  waitSeconds: number,
): Promise<{ session: Session; close(): Promise<void> }> {
  const good = readToken(await source.goodToken());
  if (!good) throw new SetupError('The good token is no JWT; opaque tokens cannot be forged, so there is nothing to check here.');
  const attacker = await Attacker.create();
  const canary = await startCanary(attacker.documents([String(good.header['kid'])]));
  const { issuer, keys, forge, revoker } = source;
  const session = new Session({ target, issuer, good, keys, attacker, canary, forge, revoker });
  try {
    await requireGoodToken(session, waitSeconds);
    if (forge) await requireForgedCopy(session, forge.name);
    return { session, close: () => canary.close() };
  } catch (error) {
    await canary.close();
    throw error;
  }
}

async function requireGoodToken(session: Session, waitSeconds: number): Promise<void> {
  const deadline = Date.now() + waitSeconds * 1000;
  let answer = await presentGoodToken(session);
  while (!isSuccess(answer) && Date.now() < deadline) {
    await wait(POLL_MS);
    answer = await presentGoodToken(session);
  }
  if (!isSuccess(answer)) throw new SetupError(notAccepted('a good token', session, answer));
}

function presentGoodToken(session: Session): Promise<Answer> {
  return session.send(bearing('the good token', session.good.token));
}

/** The same content under the forge's signature: later refusals are then about the content. */
async function requireForgedCopy(session: Session, forge: string): Promise<void> {
  const answer = await session.send(bearing('a copy of the good token', await session.forged({})));
  if (!isSuccess(answer)) throw new SetupError(notAccepted(`a copy of the good token that ${forge} signed`, session, answer));
}

function notAccepted(what: string, { target, issuer }: Session, answer: Answer): string {
  return [
    `The API does not accept ${what}, so its refusals would say nothing. No check was run.`,
    `  sent  ${target.method} ${target.url}, token of ${issuer} for ${target.audience}, scope "${target.scopes.join(' ')}"`,
    `  came  ${describeAnswer(answer)}`,
    `  look  ${hintFor(answer)}`,
  ].join('\n');
}

function hintFor({ status }: Answer): string {
  if (status === 0) return 'Is the API running, and is --url right?';
  if (status === 401) return 'Does the API trust exactly this issuer and this audience, and can it reach the keys of the issuer?';
  if (status === 403) return 'Does the operation need other scopes (--scope), another organization (--org) or further claims (--claims)?';
  if (status === 404) return 'Is there something at --url that the token may read?';
  if (status === 429) return 'The API limits requests: let rs-check make some hundred in a minute.';
  if (status >= 300 && status < 400) return 'The API redirects: pass the final address as --url.';
  return 'The log of the API should say more.';
}
