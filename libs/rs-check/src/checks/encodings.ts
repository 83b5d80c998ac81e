import { createPublicKey } from 'node:crypto';
import { CompactEncrypt, importJWK } from 'jose';
import { check, type Check } from '../check.js';
import { REFUSED_OR_MALFORMED, TOO_LARGE } from '../judgement.js';
import { bearing, type Probe } from '../probe.js';
import type { Session } from '../session.js';
import { encode } from '../tokens/jws-parts.js';

/** An attacker's request must not cost more than this; PBES2 with the count below takes minutes. */
const CHEAP_MS = 2_000;
const HUGE_COUNT = 2_147_483_647;

export const ENCODING_CHECKS: readonly Check[] = [
  check(
    REFUSED_OR_MALFORMED,
    {
      name: 'other-serializations',
      title: 'Only the compact form of a signed token is taken',
      why: 'Two readers of one unusual form may see two different tokens.',
      rule: 'RFC 7519 §3, RFC 7515 §7.1',
      covers: ['attack 7'],
      severity: 'medium',
      remedy: 'Take three segments of base64url with two dots between them, and nothing else.',
    },
    ({ good: { token, segments } }) => {
      const [header, payload, signature] = segments;
      const general = { payload, signatures: [{ protected: header, signature }] };
      return [
        bearing('JSON serialisation', JSON.stringify({ payload, protected: header, signature })),
        bearing('JSON serialisation, encoded', encode(general)),
        bearing('a fourth segment', `${token}.e30`),
        bearing('a trailing dot', `${token}.`),
        bearing('a leading dot', `.${token}`),
        bearing('segments that are encoded twice', segments.map(encode).join('.')),
      ];
    },
  ),
  check(
    { ...REFUSED_OR_MALFORMED, withinMs: CHEAP_MS },
    {
      name: 'encrypted',
      title: 'An encrypted token is refused, and quickly',
      why: 'Anybody can encrypt for a public key; decrypting with a password costs what the attacker asks for.',
      rule: 'RFC 8725 §3.1, RFC 7518 §4.8.1.2',
      covers: ['attack 7', 'attack 16'],
      severity: 'high',
      expected: `401 or 400, within ${CHEAP_MS} ms`,
      remedy: 'Refuse what has five segments; never enable PBES2 or zip.',
    },
    encryptedTokens,
  ),
  check(
    REFUSED_OR_MALFORMED,
    {
      name: 'not-a-token',
      title: 'What is no token is refused calmly',
      why: 'A parser that was not made for it answers with a crash, and a crash tells where to dig.',
      rule: 'RFC 7519 §7.2',
      covers: ['attack 7'],
      severity: 'medium',
      remedy: 'Catch every error of the verifier and answer 401; nothing in a token may reach a 500.',
    },
    ({ good: { segments } }) => [
      bearing('one word', 'rs-check'),
      bearing('two dots', '..'),
      bearing('a header that is no JSON', `${encode('{"alg":')}.${segments[1]}.${segments[2]}`),
      bearing('a header that is null', `${encode('null')}.${segments[1]}.${segments[2]}`),
      bearing('a header that is a list', `${encode('[]')}.${segments[1]}.${segments[2]}`),
      bearing('a header of deep JSON', `${encode('['.repeat(1_000) + ']'.repeat(1_000))}.${segments[1]}.${segments[2]}`),
      bearing('bytes that are no text', `${encode(Buffer.from([0xc0, 0xae, 0xff, 0x00]))}.${segments[1]}.${segments[2]}`),
    ],
  ),
  check(
    REFUSED_OR_MALFORMED,
    {
      name: 'claims-not-an-object',
      title: 'A signed payload that holds no claims is refused',
      why: 'Code that reads a claim of null crashes, or takes a missing claim for permission.',
      rule: 'RFC 7519 §7.2',
      covers: ['attack 7'],
      severity: 'medium',
      remedy: 'Refuse a payload that is not a JSON object.',
      needs: ['forge'],
    },
    (session) =>
      Promise.all(
        ['[]', 'null', '""', '7', ' ', '{', `{"act":${'{"act":'.repeat(300)}{}${'}'.repeat(300)}}`].map(async (claims) =>
          bearing(`the payload ${claims.slice(0, 24)}`, await session.forged({ claims })),
        ),
      ),
  ),
  check(
    { ...TOO_LARGE, withinMs: CHEAP_MS },
    {
      name: 'oversize',
      title: 'A giant token costs nothing',
      why: 'Parsing and hashing megabytes before the first doubt is work an attacker gets for free.',
      rule: 'OWASP API4:2023',
      covers: ['attack 7', 'attack 16'],
      severity: 'medium',
      remedy: 'Refuse tokens above 8 KiB before decoding them.',
    },
    ({ good: { segments } }) => [
      bearing('12 KiB of letters', 'A'.repeat(12 * 1024)),
      bearing('12 KiB of claims', `${segments[0]}.${'A'.repeat(12 * 1024)}.${segments[2]}`),
      bearing('200 KiB of letters', 'A'.repeat(200 * 1024)),
      bearing('10,000 dots', '.'.repeat(10_000)),
    ],
  ),
];

async function encryptedTokens(session: Session): Promise<Probe[]> {
  const { good } = session;
  const direct = await new CompactEncrypt(Buffer.from(JSON.stringify(good.claims)))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', typ: 'at+jwt', kid: String(good.header['kid']) })
    .encrypt(Buffer.alloc(32));
  const password = `${encode({ alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2c: HUGE_COUNT, p2s: 'AAAAAAAAAAA' })}.AAAA.AAAA.AAAA.AAAA`;
  return [
    bearing('the claims, encrypted with a key of zeros', direct),
    bearing(`PBES2 with ${HUGE_COUNT} rounds`, password),
    ...(session.missing(['published-key']) === undefined ? [await nested(session)] : []),
  ];
}

/** The good token itself, encrypted for the issuer's own key, as anybody can. */
async function nested({ good, publishedKey }: Session): Promise<Probe> {
  const { kty } = publishedKey;
  const alg = kty === 'RSA' ? 'RSA-OAEP-256' : 'ECDH-ES';
  const pem = createPublicKey({ key: publishedKey as never, format: 'jwk' }).export({ format: 'jwk' });
  const token = await new CompactEncrypt(Buffer.from(good.token))
    .setProtectedHeader({ alg, enc: 'A256GCM', cty: 'at+jwt' })
    .encrypt(await importJWK({ ...(pem as object), alg } as never));
  return bearing(`the good token, encrypted for the published key (${alg})`, token);
}
