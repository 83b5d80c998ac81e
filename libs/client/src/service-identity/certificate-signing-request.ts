// The library registers its classes by reflection, so reflect-metadata stands first wherever it is used.
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { PemConverter, Pkcs10CertificateRequestGenerator } from '@peculiar/x509';

const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

export interface NewKey {
  /** PKCS #8, PEM. */
  readonly key: string;
  /** PKCS #10, PEM: proves that whoever asks holds the key, and says nothing else. */
  readonly request: string;
}

/** A key of its own for each certificate. */
export async function newKey(): Promise<NewKey> {
  const keys = (await webcrypto.subtle.generateKey(P256, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const request = await Pkcs10CertificateRequestGenerator.create({ keys, signingAlgorithm: P256 });
  const key = PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
  return { key: `${key}\n`, request: request.toString('pem') };
}
