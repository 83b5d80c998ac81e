import { createHmac, createPublicKey, type JsonWebKey } from 'node:crypto';
import type { AccessTokenAlg } from '@countersign/oauth';
import type { JWK } from 'jose';
import { check, type Check } from '../check.js';
import { REFUSED, REFUSED_OR_MALFORMED } from '../judgement.js';
import { bearing, type Probe } from '../probe.js';
import type { Session } from '../session.js';
import { encode, P256_ORDER, respell } from '../tokens/jws-parts.js';

const VERIFY = 'Verify every token with a JOSE library, with a fixed list of asymmetric algorithms, before anything in it is used.';

export const SIGNATURE_CHECKS: readonly Check[] = [
  check(
    REFUSED_OR_MALFORMED,
    {
      name: 'alg-none',
      title: 'A token without a signature is refused',
      why: 'Anybody can write such a token and be whoever they like.',
      rule: 'RFC 8725 §3.2',
      covers: ['attack 1'],
      severity: 'critical',
      remedy: VERIFY,
    },
    ({ good: { header, segments } }) => [
      ...['none', 'None', 'nOnE', 'NONE'].map((alg) =>
        bearing(`alg "${alg}", no signature`, `${encode({ ...header, alg })}.${segments[1]}.`),
      ),
      bearing('alg "none", the old signature', `${encode({ ...header, alg: 'none' })}.${segments[1]}.${segments[2]}`),
    ],
  ),
  check(
    REFUSED_OR_MALFORMED,
    {
      name: 'hs256-public-key',
      title: 'A token signed with the public key as a shared secret is refused',
      why: 'The public key is public: whoever can read it could sign.',
      rule: 'RFC 8725 §3.1',
      covers: ['attack 2'],
      severity: 'critical',
      remedy: 'Name the algorithms you take in the verifier, never read them from the token, and never let HS256 be one of them.',
      needs: ['published-key'],
    },
    hmacSigned,
  ),
  check(
    REFUSED,
    {
      name: 'alg-swap',
      title: 'A key is used with the one algorithm it is published for',
      why: 'Every further algorithm of a key is one more way to attack it.',
      rule: 'RFC 8725 §3.1',
      covers: ['attack 3'],
      severity: 'medium',
      remedy: "Compare the token's alg with the alg of the key in the JWK set.",
      needs: ['forge'],
    },
    swappedAlgorithms,
  ),
  check(
    REFUSED_OR_MALFORMED,
    {
      name: 'signature-stripped',
      title: 'A token whose signature was cut off is refused',
      why: 'A verifier that skips a missing signature takes any content.',
      rule: 'RFC 7515 §7.1',
      covers: ['attack 1'],
      severity: 'critical',
      remedy: VERIFY,
    },
    ({ good: { segments } }) => [
      bearing('two segments', `${segments[0]}.${segments[1]}`),
      bearing('an empty third segment', `${segments[0]}.${segments[1]}.`),
    ],
  ),
  check(
    REFUSED,
    {
      name: 'signature-altered',
      title: 'A token with a wrong signature is refused',
      why: 'The signature is all that tells a real token from a copy with other content.',
      rule: 'RFC 7515 §5.2',
      covers: ['attack 15'],
      severity: 'critical',
      remedy: VERIFY,
    },
    alteredSignatures,
  ),
  check(
    REFUSED,
    {
      name: 'content-altered',
      title: 'A token whose content was changed after it was signed is refused',
      why: 'With a token of his own anybody could give himself more.',
      rule: 'RFC 7515 §5.2',
      severity: 'critical',
      remedy: VERIFY,
    },
    ({ good: { header, claims, segments } }) => [
      bearing('another subject', `${segments[0]}.${encode({ ...claims, sub: 'rs-check-admin' })}.${segments[2]}`),
      bearing('a further header member', `${encode({ ...header, 'rs-check': true })}.${segments[1]}.${segments[2]}`),
    ],
  ),
  check(
    REFUSED,
    {
      name: 'ecdsa-degenerate',
      title: 'An ECDSA signature of zeros or of the wrong form is refused',
      why: 'Some libraries took r = s = 0 for a valid signature of anything (CVE-2022-21449).',
      rule: 'RFC 7518 §3.4',
      covers: ['attack 15'],
      severity: 'critical',
      remedy: 'Bring the run-time and the JOSE library up to date.',
    },
    degenerateEcdsa,
  ),
  check(
    REFUSED,
    {
      name: 'unknown-key',
      title: 'A token signed by a key that the issuer does not publish is refused',
      why: 'Anybody can make a key; only those of the issuer count.',
      rule: 'RFC 9068 §4',
      covers: ['attack 11'],
      severity: 'critical',
      remedy: "Look the kid up in the issuer's own JWK set and nowhere else; no such key means refusal.",
    },
    ({ attacker, good }) => [
      bearing('an unknown kid', attacker.sign({ ...good.header, alg: 'RS256', kid: attacker.kid }, good.claims)),
      bearing('the kid of the real key', attacker.sign({ ...good.header, alg: 'RS256' }, good.claims)),
      bearing('no kid', attacker.sign({ ...good.header, alg: 'RS256', kid: undefined }, good.claims)),
    ],
  ),
  check(
    REFUSED_OR_MALFORMED,
    {
      name: 'base64-spelling',
      title: 'A token is taken in one spelling only',
      why: 'A second spelling of one token slips past lists of tokens, and finds nothing in the logs.',
      rule: 'RFC 7515 §2',
      covers: ['attack 7'],
      severity: 'low',
      remedy: 'Refuse padding, white space, other alphabets and spare bits: decode, encode again, compare.',
    },
    spellings,
  ),
];

function hmacSigned({ good: { header, segments }, publishedKey }: Session): Probe[] {
  return ['HS256', 'HS512'].flatMap((alg) => {
    const input = `${encode({ ...header, alg })}.${segments[1]}`;
    return formsOf(publishedKey).map(([form, secret]) =>
      bearing(
        `${alg} keyed with the key as ${form}`,
        `${input}.${createHmac(alg.replace('HS', 'sha'), secret).update(input).digest('base64url')}`,
      ),
    );
  });
}

/** The ways in which a program may hold the public key. */
function formsOf(jwk: JWK): [string, string | Buffer][] {
  const key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
  const pem = key.export({ type: 'spki', format: 'pem' }).toString();
  const coordinate = String(jwk.n ?? jwk.x);
  const pkcs1: [string, string][] =
    key.asymmetricKeyType === 'rsa' ? [['PEM (PKCS #1)', key.export({ type: 'pkcs1', format: 'pem' }).toString()]] : [];
  return [
    ['PEM', pem],
    ['PEM without its last line break', pem.trimEnd()],
    ...pkcs1,
    ['DER', key.export({ type: 'spki', format: 'der' })],
    ['JWK', JSON.stringify(jwk)],
    ['its base64url number', coordinate],
    ['its number', Buffer.from(coordinate, 'base64url')],
  ];
}

async function swappedAlgorithms(session: Session): Promise<Probe[]> {
  const { alg } = session.good.header as { alg: AccessTokenAlg };
  const sibling = ({ RS256: 'PS256', PS256: 'RS256' } as Partial<Record<AccessTokenAlg, AccessTokenAlg>>)[alg];
  const stranger: AccessTokenAlg = alg === 'ES256' ? 'RS256' : 'ES256';
  const probes = [
    bearing(
      `the kid of the ${alg} key over a signature of the ${stranger} key`,
      await session.forged({ header: { alg: stranger } }, { key: stranger }),
    ),
  ];
  if (sibling === undefined) return probes;
  return [
    bearing(`the ${alg} key used for ${sibling}`, await session.forged({ header: { alg: sibling } }, { signAs: sibling })),
    ...probes,
  ];
}

function alteredSignatures({ good: { segments } }: Session): Probe[] {
  const signature = Buffer.from(segments[2], 'base64url');
  const flipped = Buffer.from(signature);
  flipped[0] = (flipped[0] ?? 0) ^ 1;
  const versions: [string, Buffer][] = [
    ['one bit changed', flipped],
    ['zeros', Buffer.alloc(signature.length)],
    ['one byte', Buffer.from([1])],
    ['one byte more', Buffer.concat([signature, Buffer.from([0])])],
  ];
  return versions.map(([label, bytes]) =>
    bearing(`the signature: ${label}`, `${segments[0]}.${segments[1]}.${bytes.toString('base64url')}`),
  );
}

function degenerateEcdsa(session: Session): Probe[] {
  const { header, segments } = session.good;
  const kid = session.publishedKeyOf('ES256')?.kid ?? header['kid'];
  const order = Buffer.from(P256_ORDER.toString(16), 'hex');
  const one = Buffer.concat([Buffer.alloc(31), Buffer.from([1])]);
  const versions: [string, Buffer][] = [
    ['r = s = 0', Buffer.alloc(64)],
    ['r = 0', Buffer.concat([Buffer.alloc(32), one])],
    ['s = 0', Buffer.concat([one, Buffer.alloc(32)])],
    ['r = s = n', Buffer.concat([order, order])],
    ['r = s = 0 as DER', Buffer.from('3006020100020100', 'hex')],
    ['63 bytes', Buffer.alloc(63, 1)],
    ['nothing but a zero', Buffer.alloc(1)],
  ];
  const start = `${encode({ ...header, alg: 'ES256', kid })}.${segments[1]}`;
  return versions.map(([label, bytes]) => bearing(`ES256 with ${label}`, `${start}.${bytes.toString('base64url')}`));
}

function spellings({ good: { token, segments } }: Session): Probe[] {
  const [header, payload, signature] = segments;
  const plain = Buffer.from(signature, 'base64url').toString('base64').replaceAll('=', '');
  const respelled = respell(signature);
  return [
    bearing('padding at the end', `${token}==`),
    bearing('padding inside', `${header}=.${payload}.${signature}`),
    bearing('a space inside', `${header}. ${payload}.${signature}`),
    bearing('a percent-encoded dot', `${header}%2E${payload}.${signature}`),
    ...(plain === signature ? [] : [bearing('the plain base64 alphabet', `${header}.${payload}.${plain}`)]),
    ...(respelled === undefined ? [] : [bearing('other spare bits in the last letter', `${header}.${payload}.${respelled}`)]),
  ];
}
