import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { AccessTokenAlg } from '@countersign/oauth';
import type { SigningChoice } from '@countersign/testing';
import type { JWK } from 'jose';
import { headerOf, type Answer } from './http/answer.js';
import type { Canary } from './http/canary.js';
import { exchange } from './http/exchange.js';
import type { Revoker } from './issuer/revoker.js';
import type { Need } from './need.js';
import { describeProbe, type Probe, type Sent } from './probe.js';
import { SetupError } from './setup-error.js';
import type { Target } from './target.js';
import type { Attacker } from './tokens/attacker.js';
import type { Forge } from './tokens/forge.js';
import type { TokenParts } from './tokens/jws-parts.js';

export interface SessionParts {
  readonly target: Target;
  readonly issuer: string;
  /** A token that the API accepts. */
  readonly good: TokenParts;
  /** What the issuer publishes. */
  readonly keys: readonly JWK[];
  readonly attacker: Attacker;
  readonly canary: Canary;
  readonly forge: Forge | undefined;
  readonly revoker: Revoker | undefined;
}

/** Header and claims of a hostile token: objects change those of the good one, texts stand for themselves. */
export interface Changes {
  readonly header?: Readonly<Record<string, unknown>> | string;
  readonly claims?: Readonly<Record<string, unknown>> | string;
}

const NEEDS: Readonly<Record<Need, { met(parts: SessionParts): boolean; missing: string }>> = {
  forge: {
    met: ({ forge }) => forge !== undefined,
    missing: 'needs hostile tokens with a good signature: --own-issuer-port or --operator-id',
  },
  revocation: { met: ({ revoker }) => revoker !== undefined, missing: 'needs an issuer that revokes: --client-id or --operator-id' },
  scope: { met: ({ target }) => target.scopes.length > 0, missing: 'needs to know what the operation demands: --scope' },
  org: { met: ({ target }) => target.org !== undefined, missing: 'needs to know that the API has organizations: --org' },
  'foreign-url': {
    met: ({ target }) => target.foreignUrl !== undefined,
    missing: 'needs an object of another organization: --foreign-url',
  },
  'published-key': {
    met: ({ good, keys }) => keyOf(good, keys) !== undefined,
    missing: 'the issuer does not publish the key of the good token',
  },
};
const MAX_RETRY_AFTER_SECONDS = 10;

/** What the checks work with: one good token, the means to make hostile ones, and the way to the API. */
export class Session {
  constructor(private readonly parts: SessionParts) {}

  get target(): Target {
    return this.parts.target;
  }
  get issuer(): string {
    return this.parts.issuer;
  }
  get good(): TokenParts {
    return this.parts.good;
  }
  get attacker(): Attacker {
    return this.parts.attacker;
  }
  get canary(): Canary {
    return this.parts.canary;
  }
  get canForge(): boolean {
    return this.parts.forge !== undefined;
  }
  get revoker(): Revoker {
    return required(this.parts.revoker, 'a revoker');
  }
  /** The public key that verifies the good token. */
  get publishedKey(): JWK {
    return required(keyOf(this.good, this.parts.keys), 'the published key of the good token');
  }

  publishedKeyOf(alg: AccessTokenAlg): JWK | undefined {
    return this.parts.keys.find((key) => key.alg === alg);
  }

  /** Why a check cannot be run; undefined when it can. */
  missing(needs: readonly Need[] = []): string | undefined {
    const unmet = needs.find((need) => !NEEDS[need].met(this.parts));
    return unmet && NEEDS[unmet].missing;
  }

  /** A good signature over bad content: only what is named differs from the good token, and the `jti`. */
  forged({ header = {}, claims = {} }: Changes, choice?: SigningChoice): Promise<string> {
    const forge = required(this.parts.forge, 'a forge');
    const { alg } = this.good.header as { alg: AccessTokenAlg };
    const headerText = typeof header === 'string' ? header : JSON.stringify({ ...this.good.header, ...header });
    const payload = typeof claims === 'string' ? claims : JSON.stringify({ ...this.good.claims, jti: randomUUID(), ...claims });
    return forge.sign(headerText, payload, { key: alg, ...choice });
  }

  /** Waits once where the API asks for it; a rate limit says nothing about tokens. */
  async send({ request }: Probe): Promise<Answer> {
    const { url, method, body } = this.target;
    const outgoing = { url, method, body, ...request, headers: [...this.target.headers, ...(request.headers ?? [])] };
    const answer = await exchange(outgoing);
    if (answer.status !== 429) return answer;
    await wait(Math.min(Number(headerOf(answer, 'retry-after')) || 1, MAX_RETRY_AFTER_SECONDS) * 1000);
    return exchange(outgoing);
  }

  describe(probe: Probe): Sent {
    return describeProbe(probe, this.good, this.target);
  }
}

function keyOf({ header }: TokenParts, keys: readonly JWK[]): JWK | undefined {
  return keys.find(({ kid }) => kid !== undefined && kid === header['kid']);
}

function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new SetupError(`The check needs ${what}.`);
  return value;
}
