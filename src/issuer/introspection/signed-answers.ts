import { Injectable } from '@nestjs/common';
import type { AccessTokenAlg, Zone } from '@countersign/oauth';
import { LRUCache } from 'lru-cache';
import { Configuration, issuerOf } from '../../platform/config/index.js';
import { sha256 } from '../../platform/crypto/index.js';
import { SigningKeys, type TokenSigner } from '../signing-keys/index.js';
import type { IntrospectionAnswer, IntrospectionCaller } from './introspection-answer.js';

/** RFC 9701 §5: of a type of its own, so that it passes for no other JWT of the issuer. */
export const SIGNED_ANSWER_TYP = 'token-introspection+jwt';

const KEPT_MS = 5_000;
const MAX_KEPT = 5_000;
const FOR_CLIENTS: Readonly<Record<Zone, AccessTokenAlg>> = { external: 'RS256', internal: 'ES256' };

/**
 * RFC 9701: answers that the caller can show to others. What was signed a moment ago is given again where it still is what is to be
 * said: the answer is found anew for every request, so no revocation waits for a signature to be forgotten.
 */
@Injectable()
export class SignedAnswers {
  private readonly kept = new LRUCache<string, Promise<string>>({ max: MAX_KEPT, ttl: KEPT_MS });

  constructor(
    private readonly keys: SigningKeys,
    private readonly configuration: Configuration,
  ) {}

  /** Signed as the tokens of the API are; for a client as its zone does by default. */
  sign(answer: IntrospectionAnswer, { client, api }: IntrospectionCaller): Promise<string> {
    const signer = this.keys.signer(client.zone, api?.signingAlg ?? FOR_CLIENTS[client.zone]);
    const audience = api?.identifier ?? client.id;
    const key = sha256(JSON.stringify([signer.kid, audience, answer])).toString('base64');
    const known = this.kept.get(key);
    if (known) return known;
    // Neither `sub` nor `exp`: the JWT is a statement about a token, and must never be taken for one.
    const claims = { iss: issuerOf(this.configuration.settings, client.zone), aud: audience, iat: now(), token_introspection: answer };
    return this.keep(key, signer, claims);
  }

  private keep(key: string, signer: TokenSigner, claims: object): Promise<string> {
    const signing = signer.sign(claims, SIGNED_ANSWER_TYP);
    this.kept.set(key, signing);
    signing.catch(() => this.kept.delete(key));
    return signing;
  }
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}
