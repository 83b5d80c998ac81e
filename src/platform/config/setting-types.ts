import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import ipaddr from 'ipaddr.js';
import { makeValidator } from 'envalid';

/** A key with its version; the first of a list makes new values, all of them read old ones. */
export interface VersionedKey {
  readonly version: string;
  readonly bytes: Buffer;
}

/** A secret in the configuration: prints as `[redacted]` wherever it is printed. */
export class Redacted<T> {
  readonly #value: T;
  constructor(value: T) {
    this.#value = value;
  }
  reveal(): T {
    return this.#value;
  }
  toString(): string {
    return '[redacted]';
  }
  toJSON(): string {
    return '[redacted]';
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[redacted]';
  }
}

/** `version:base64,version:base64` with 32-byte keys; the first is used for new values. */
export const versionedKeys = makeValidator<Redacted<readonly VersionedKey[]>>((text) => {
  const keys = text.split(',').map((part) => {
    const [version, encoded, ...rest] = part.trim().split(':');
    const bytes = Buffer.from(encoded ?? '', 'base64');
    if (!version || !/^[a-z0-9-]{1,32}$/.test(version) || rest.length > 0 || bytes.length !== 32) {
      throw new TypeError('expected version:base64 of 32 random bytes, such as "v1:$(openssl rand -base64 32)"');
    }
    return { version, bytes };
  });
  if (new Set(keys.map((key) => key.version)).size !== keys.length) throw new TypeError('two keys have the same version');
  return new Redacted(keys);
});

/** Comma-separated CIDR blocks or single addresses. */
export const networks = makeValidator<readonly string[]>((text) => {
  const list = text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
  for (const block of list) {
    if (!ipaddr.isValid(block) && !ipaddr.isValidCIDR(block)) throw new TypeError(`"${block}" is neither an address nor a CIDR block`);
  }
  return list;
});

/** An issuer URL: https (http only on loopback), no query, no fragment, no trailing slash (RFC 8414 §2). */
export const issuerUrl = makeValidator<string>((text) => {
  const url = new URL(text);
  if (url.search || url.hash || url.username) throw new TypeError('must have no query, fragment or user');
  if (text.endsWith('/')) throw new TypeError('must not end with a slash');
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback)) throw new TypeError('must be https; http is for loopback only');
  if (url.origin + (url.pathname === '/' ? '' : url.pathname) !== text)
    throw new TypeError(`must be written as ${url.origin}${url.pathname === '/' ? '' : url.pathname}`);
  return text;
});

export const postgresUrl = makeValidator<Redacted<string>>((text) => {
  const url = new URL(text);
  if (!['postgres:', 'postgresql:'].includes(url.protocol)) throw new TypeError('must start with postgres://');
  if (!url.pathname.slice(1)) throw new TypeError('must name a database');
  return new Redacted(text);
});

export const secretText = makeValidator<Redacted<string>>((text) => new Redacted(text));

/** A certificate, with the chain below it. */
export const pemCertificate = makeValidator<string>((text) => {
  try {
    if (new Date(new X509Certificate(text).validTo) > new Date()) return text;
  } catch {
    throw new TypeError('must be a certificate in PEM form');
  }
  throw new TypeError('has expired');
});

export const pemPrivateKey = makeValidator<Redacted<string>>((text) => {
  try {
    createPrivateKey(text);
    return new Redacted(text);
  } catch {
    throw new TypeError('must be a private key in PEM form, without a passphrase');
  }
});

/** True when the key is that of the certificate. */
export function isKeyOf(key: string, certificate: string): boolean {
  return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
}

export const positiveInteger = makeValidator<number>((text) => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new TypeError('must be a whole number of at least 1');
  return value;
});

/** True when two lists of keys share bytes: zones and peppers must not. */
export function shareKeys(a: readonly VersionedKey[], b: readonly VersionedKey[]): boolean {
  const digests = new Set(a.map((key) => digest(key.bytes)));
  return b.some((key) => digests.has(digest(key.bytes)));
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
