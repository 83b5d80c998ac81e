import { hasDuplicateMembers } from '../json-members.js';
import { DpopProofRefused } from './dpop-proof-refused.js';
import { DPOP_ALGS, type DpopAlg } from './proof-algorithms.js';

/** RFC 9449 §4.2. */
export const DPOP_PROOF_TYP = 'dpop+jwt';

export interface DpopProofHeader {
  readonly alg: DpopAlg;
  readonly jwk: unknown;
}

/** RFC 9449 §4.2; what is not needed everywhere may be missing. */
export interface DpopProofClaims {
  readonly jti: string;
  readonly htm: string;
  readonly htu: string;
  /** Seconds since 1970. */
  readonly iat: number;
  readonly ath: string | undefined;
  readonly nonce: string | undefined;
}

export interface ProofParts {
  readonly header: string;
  readonly payload: string;
  readonly signature: Buffer;
}

const COMPACT_JWS = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/;
const MAX_LENGTH = 8_192;
const MAX_JTI_LENGTH = 256;
const MAX_NONCE_LENGTH = 256;
/** Members that change how a proof is read. `jku`, `x5u` and `x5c` are not looked at: the key is in `jwk`. */
const REFUSED_MEMBERS = ['crit', 'b64', 'zip', 'enc'];

/** RFC 7515 §7.1. @throws DpopProofRefused when it is no compact JWS */
export function splitProof(proof: string): ProofParts {
  const [, header = '', payload = '', signature = ''] = (proof.length <= MAX_LENGTH && COMPACT_JWS.exec(proof)) || [];
  const bytes = Buffer.from(signature, 'base64url');
  // One spelling per signature: base64url leaves bits over that would make aliases of a proof.
  if (signature === '' || bytes.toString('base64url') !== signature)
    throw new DpopProofRefused('malformed', 'The DPoP proof is no compact JWS.');
  return { header, payload, signature: bytes };
}

/** @throws DpopProofRefused when it is not the header of a proof */
export function readProofHeader(segment: string): DpopProofHeader {
  const header = jsonObject(segment, 'header');
  const { typ, alg: named, jwk } = header;
  // RFC 8725 §3.11: what is made for something else proves nothing here.
  if (typeof typ !== 'string' || typ.toLowerCase().replace(/^application\//, '') !== DPOP_PROOF_TYP)
    throw new DpopProofRefused('type', `The typ of a DPoP proof is ${DPOP_PROOF_TYP}.`);
  const alg = DPOP_ALGS.find((allowed) => allowed === named);
  if (alg === undefined) throw new DpopProofRefused('algorithm', `A DPoP proof is signed with one of: ${DPOP_ALGS.join(' ')}`);
  const refused = REFUSED_MEMBERS.find((member) => member in header);
  if (refused !== undefined) throw new DpopProofRefused('header', `The header of a DPoP proof has no ${refused}.`);
  return { alg, jwk };
}

/** @throws DpopProofRefused when a claim is missing or of the wrong form */
export function readProofClaims(segment: string): DpopProofClaims {
  const { jti, htm, htu, iat, ath, nonce } = jsonObject(segment, 'claims');
  if (!isText(jti, MAX_JTI_LENGTH)) throw claimRefused(`jti is a text of 1 to ${MAX_JTI_LENGTH} characters`);
  if (!isText(htm)) throw claimRefused('htm is the method of the request');
  if (!isText(htu)) throw claimRefused('htu is the address of the request');
  if (typeof iat !== 'number' || !(iat >= 0 && iat <= Number.MAX_SAFE_INTEGER)) throw claimRefused('iat is the time in seconds');
  if (ath !== undefined && !isText(ath)) throw claimRefused('ath is the hash of the access token');
  if (nonce !== undefined && !isText(nonce, MAX_NONCE_LENGTH)) throw claimRefused('nonce is the value of DPoP-Nonce');
  return { jti, htm, htu, iat, ath, nonce };
}

function jsonObject(segment: string, what: string): Record<string, unknown> {
  const text = Buffer.from(segment, 'base64url').toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new DpopProofRefused('malformed', `The ${what} of the DPoP proof is not JSON.`, { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value) || hasDuplicateMembers(text, value))
    throw new DpopProofRefused('malformed', `The ${what} of the DPoP proof is no JSON object without repeated members.`);
  return value as Record<string, unknown>;
}

function isText(value: unknown, maxLength = Infinity): value is string {
  return typeof value === 'string' && value !== '' && value.length <= maxLength;
}

function claimRefused(rule: string): DpopProofRefused {
  return new DpopProofRefused('claims', `The DPoP proof lacks a claim, or one has the wrong form: ${rule}.`);
}
