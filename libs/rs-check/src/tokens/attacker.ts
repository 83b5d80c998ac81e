import { KeyObject } from 'node:crypto';
import { generateTestKey, signToTheLetter, type TestKey } from '@countersign/testing';
import { calculateJwkThumbprint, type JWK } from 'jose';
import { selfSignedCertificate, toPem } from './certificate.js';

/** Somebody with a good key of his own that nobody should trust. */
export class Attacker {
  readonly kid = 'rs-check-attacker';
  private readonly certificate: Buffer;

  private constructor(
    private readonly key: TestKey,
    readonly thumbprint: string,
  ) {
    this.certificate = selfSignedCertificate(KeyObject.from(key.privateKey), 'rs-check attacker');
  }

  /** Nobody trusts it in any run, so one for the process is enough: an RSA key costs a third of a second. */
  private static key: Promise<TestKey> | undefined;

  static async create(): Promise<Attacker> {
    const key = await (this.key ??= generateTestKey('RS256'));
    return new Attacker(key, await calculateJwkThumbprint(key.jwk));
  }

  /** RFC 7517 §4, without a kid of its own. */
  get jwk(): JWK {
    const { kty, n, e } = this.key.jwk;
    return { kty: String(kty), n: String(n), e: String(e), alg: 'RS256', use: 'sig' };
  }

  /** RFC 7515 §4.1.6: a certificate chain of one. */
  get x5c(): readonly string[] {
    return [this.certificate.toString('base64')];
  }

  /** What his host serves: his keys under every name he uses, and his certificate. */
  documents(kids: readonly string[]): Record<string, string> {
    const keys = [this.kid, ...kids].map((kid) => ({ ...this.jwk, kid }));
    return { '/jwks.json': JSON.stringify({ keys }), '/certificate.pem': toPem(this.certificate) };
  }

  sign(header: Readonly<Record<string, unknown>>, claims: Readonly<Record<string, unknown>>): string {
    return signToTheLetter(this.key, JSON.stringify(header), JSON.stringify(claims));
  }
}
