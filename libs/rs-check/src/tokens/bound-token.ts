import { createHash, randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import { headerOf } from '../http/answer.js';
import type { Probe } from '../probe.js';
import type { Session } from '../session.js';

/** A key of somebody who calls with DPoP (RFC 9449). */
export class ProofKey {
  private constructor(
    private readonly privateKey: CryptoKey,
    private readonly jwk: JWK,
    readonly thumbprint: string,
  ) {}

  static async create(): Promise<ProofKey> {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    const jwk = await exportJWK(publicKey);
    return new ProofKey(privateKey, jwk, await calculateJwkThumbprint(jwk));
  }

  /** RFC 9449 §4.2, for the operation under test. @param changes undefined takes a claim away */
  prove({ target }: Session, token: string, changes: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const claims = { htm: target.method, htu: target.url.split(/[?#]/)[0], iat: Math.floor(Date.now() / 1000), jti: randomUUID() };
    return new SignJWT({ ...claims, ath: hashOf(token), ...changes })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: this.jwk })
      .sign(this.privateKey);
  }
}

/** A token that is bound to a key of this run, with that key: what is wrong with a proof of it, a check says itself. */
export class BoundToken {
  private constructor(
    private readonly session: Session,
    readonly token: string,
    private readonly key: ProofKey,
    private readonly nonce: string | undefined,
  ) {}

  static async create(session: Session): Promise<BoundToken> {
    const key = await ProofKey.create();
    const token = await session.forged({ claims: { cnf: { jkt: key.thumbprint } } });
    // RFC 9449 §9: who demands a nonce gives it out for the first proof; without it the checks would see nothing else.
    const first = await session.send(proving('a good proof', token, await key.prove(session, token)));
    return new BoundToken(session, token, key, headerOf(first, 'dpop-nonce'));
  }

  async probe(label: string, changes: Readonly<Record<string, unknown>> = {}): Promise<Probe> {
    return proving(label, this.token, await this.key.prove(this.session, this.token, { nonce: this.nonce, ...changes }));
  }
}

export function proving(label: string, token: string, proof: string | undefined, scheme = 'DPoP'): Probe {
  const headers: [string, string][] = [['Authorization', `${scheme} ${token}`]];
  if (proof !== undefined) headers.push(['DPoP', proof]);
  return { label, token, request: { headers } };
}

export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
