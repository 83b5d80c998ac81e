import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { calculateJwkThumbprint, type JSONWebKeySet, type JWK } from 'jose';
import { CLIENT_ASSERTION_ALGS } from '@countersign/oauth';
import type { ProblemItem } from '../../platform/http/index.js';

const MAX_KEYS = 10;
const MIN_RSA_BITS = 2048;
const MAX_RSA_BITS = 8192;
const SECRET_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];
const CURVES: Readonly<Record<string, readonly string[]>> = { EC: ['P-256', 'P-384'], OKP: ['Ed25519'] };
const KEPT_MEMBERS = ['kty', 'kid', 'use', 'alg', 'n', 'e', 'crv', 'x', 'y'] as const;
const FIX = 'Send the public half of an RSA key of at least 2048 bits, a P-256 or P-384 key, or an Ed25519 key.';

/** Reads the public keys of a client: only members that we use are kept. Private or symmetric keys are refused. */
export function readPublicKeys(jwks: unknown): { keys: JSONWebKeySet | undefined; mistakes: ProblemItem[] } {
  const keys = (jwks as { keys?: unknown }).keys;
  if (!Array.isArray(keys) || keys.length === 0 || keys.length > MAX_KEYS) {
    return {
      keys: undefined,
      mistakes: [{ location: '/jwks/keys', message: `A key set holds 1 to ${MAX_KEYS} keys.`, fix: 'Send {"keys": [...]} (RFC 7517).' }],
    };
  }
  const mistakes = keys.flatMap((key: unknown, i) => mistakeOf(key, keys.slice(0, i), `/jwks/keys/${i}`));
  return mistakes.length > 0 ? { keys: undefined, mistakes } : { keys: { keys: keys.map(keptMembers) }, mistakes };
}

function mistakeOf(key: unknown, earlier: readonly unknown[], location: string): ProblemItem[] {
  const message = isObject(key) ? (wrongMember(key) ?? wrongKind(key) ?? repeatedKid(key, earlier)) : 'A key is a JSON object.';
  return message === undefined ? [] : [{ location, message, fix: FIX }];
}

function wrongMember(key: Record<string, unknown>): string | undefined {
  const secret = SECRET_MEMBERS.find((member) => key[member] !== undefined);
  if (secret) return `The key holds the private member "${secret}". Treat it as leaked: make a new one and send its public half.`;
  if (key['use'] !== undefined && key['use'] !== 'sig') return 'The key is not for signatures: use is not "sig".';
  if (key['kid'] !== undefined && (typeof key['kid'] !== 'string' || !/^[\x20-\x7E]{1,255}$/.test(key['kid'])))
    return 'kid is not 1 to 255 printable ASCII characters.';
  const algs: readonly unknown[] = CLIENT_ASSERTION_ALGS;
  if (key['alg'] !== undefined && !algs.includes(key['alg'])) return `alg is not one of ${CLIENT_ASSERTION_ALGS.join(', ')}.`;
  return undefined;
}

function wrongKind(key: Record<string, unknown>): string | undefined {
  const kty = String(key['kty']);
  if (kty !== 'RSA' && !(Object.hasOwn(CURVES, kty) ? CURVES[kty] : undefined)?.includes(String(key['crv'])))
    return 'The kind of key is not supported.';
  try {
    const { asymmetricKeyDetails } = createPublicKey({ key: key as JsonWebKey, format: 'jwk' });
    return kty === 'RSA' ? wrongRsa(asymmetricKeyDetails?.modulusLength ?? 0, asymmetricKeyDetails?.publicExponent ?? 0n) : undefined;
  } catch {
    return 'The members do not make a key.';
  }
}

function wrongRsa(bits: number, exponent: bigint): string | undefined {
  if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) return `The RSA key has ${bits} bits, not ${MIN_RSA_BITS} to ${MAX_RSA_BITS}.`;
  return exponent < 65_537n || exponent % 2n === 0n ? 'The RSA exponent is not odd and at least 65537.' : undefined;
}

function repeatedKid(key: Record<string, unknown>, earlier: readonly unknown[]): string | undefined {
  const repeated = key['kid'] !== undefined && earlier.some((other) => isObject(other) && other['kid'] === key['kid']);
  return repeated ? 'Two keys have the same kid.' : undefined;
}

function keptMembers(key: Record<string, unknown>): JWK {
  return Object.fromEntries(KEPT_MEMBERS.filter((member) => key[member] !== undefined).map((member) => [member, key[member]])) as JWK;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether an address may be registered as the place of public keys; what it resolves to is judged when it is fetched. */
export function isKeyAddress(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  return url.protocol === 'https:' && url.username === '' && url.password === '' && url.hash === '';
}

/** Thumbprints (RFC 7638) of the keys that are no longer there; they are the credential ids of the tokens got with them. */
export async function missingKeys(before: readonly JWK[], after: readonly JWK[]): Promise<string[]> {
  const kept = new Set(await Promise.all(after.map((key) => calculateJwkThumbprint(key))));
  return (await Promise.all(before.map((key) => calculateJwkThumbprint(key)))).filter((thumbprint) => !kept.has(thumbprint));
}
