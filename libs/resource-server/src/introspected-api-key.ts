import { BlockList, isIP, isIPv6 } from 'node:net';
import { PRINCIPAL_TYPES, type PrincipalType } from '@countersign/oauth';
import type { Caller } from './caller.js';
import type { IntrospectionResponse } from './introspection-endpoint.js';

/** A key as the issuer described it. */
export interface IntrospectedApiKey {
  readonly caller: Caller;
  readonly audience: string;
  /** Seconds since 1970, as all times here: when the key was made, and when it ends. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** Undefined: it works from anywhere. */
  readonly networks: BlockList | undefined;
}

/** Undefined for a key that is not active. @throws Error for an answer that cannot be understood: it must not become a caller */
export function readApiKey(answer: IntrospectionResponse): IntrospectedApiKey | undefined {
  if (answer['active'] !== true) return undefined;
  const clientId = textOf(answer, 'client_id');
  const principalType = textOf(answer, 'principal_type');
  if (!(PRINCIPAL_TYPES as readonly string[]).includes(principalType)) throw unreadable('principal_type');
  const caller = Object.freeze({
    principalType: principalType as PrincipalType,
    subject: textOf(answer, 'sub'),
    clientId,
    orgId: textOf(answer, 'org_id'),
    scopes: new Set(textOf(answer, 'scope').split(' ').filter(Boolean)),
    // A key is its own client, and its own credential.
    credentialId: clientId,
  });
  return {
    caller,
    audience: textOf(answer, 'aud'),
    issuedAt: numberOf(answer, 'iat'),
    expiresAt: numberOf(answer, 'exp'),
    networks: networksOf(answer['allowed_ips']),
  };
}

/** Whether a key may be used from there. @param address undefined where nobody knows it: then only a key without networks may */
export function isUsableFrom({ networks }: Pick<IntrospectedApiKey, 'networks'>, address: string | undefined): boolean {
  if (networks === undefined) return true;
  return address !== undefined && isIP(address) !== 0 && networks.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

function networksOf(list: unknown): BlockList | undefined {
  if (list === undefined) return undefined;
  if (!Array.isArray(list)) throw unreadable('allowed_ips');
  if (list.length === 0) return undefined;
  const networks = new BlockList();
  for (const network of list as unknown[]) {
    const [address = '', bits = ''] = String(network).split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    // Throws on what is none: a network that is not understood must not mean "anywhere".
    networks.addSubnet(address, bits === '' ? (family === 'ipv6' ? 128 : 32) : Number(bits), family);
  }
  return networks;
}

function textOf(answer: IntrospectionResponse, member: string): string {
  const value = answer[member];
  if (typeof value !== 'string') throw unreadable(member);
  return value;
}

function numberOf(answer: IntrospectionResponse, member: string): number {
  const value = answer[member];
  if (typeof value !== 'number' || !Number.isFinite(value)) throw unreadable(member);
  return value;
}

function unreadable(member: string): Error {
  return new Error(`The answer of the introspection endpoint has no readable ${member}.`);
}
