import { ACCESS_TOKEN_TYPE, TOKEN_EXCHANGE_GRANT_TYPE } from '@countersign/oauth';
import type { Operator, PrincipalMade } from './builders.js';
import type { TestServer } from './countersign.js';
import {
  aCallPolicy,
  aMicroservice,
  requestInternalToken,
  type MicroserviceMade,
  type PolicyMade,
  type TlsAnswer,
} from './internal-zone.js';
import { tokenOf, type Credential } from './requests.js';

/** A tenant's principal calls the shop, which the gateway serves; the gateway calls billing, and billing calls export. */
export interface CallChain {
  readonly shop: { readonly id: string; readonly identifier: string };
  readonly gateway: MicroserviceMade;
  readonly billing: MicroserviceMade;
  readonly toBilling: PolicyMade;
  readonly toExport: PolicyMade;
}

export async function aCallChain(operator: Operator): Promise<CallChain> {
  const gateway = await aMicroservice(operator, 'gateway');
  const billing = await aMicroservice(operator, 'billing');
  const scope = (name: string): object => ({ name, description: name, risk: 'low', assignable_by: 'operator', delegable: false });
  await operator.anApi({ identifier: 'billing', zone: 'internal', scopes: [scope('read:invoices'), scope('write:invoices')] });
  const shop = await operator.anApi({ identifier: 'https://shop.example.com', served_by: ['gateway'] });
  const toBilling = await aCallPolicy(operator, { caller: 'gateway', target: 'billing', scopes: ['read:invoices'], org_mode: 'parent' });
  const toExport = await aCallPolicy(operator, { caller: 'billing', target: 'export', scopes: ['start:export'], org_mode: 'parent' });
  return { shop, gateway, billing, toBilling, toExport };
}

/** A principal of an organization that may call the shop. */
export function aShopper(operator: Operator, chain: CallChain, orgId: string): Promise<PrincipalMade> {
  return operator.aServicePrincipal(orgId, { grants: [{ audience: chain.shop.identifier, scopes: ['read:things'] }] });
}

export function exchange(
  server: TestServer,
  service: MicroserviceMade,
  subjectToken: string,
  more: Record<string, string> = {},
  at = server.internalUrl,
): Promise<TlsAnswer> {
  const subject = { subject_token: subjectToken, subject_token_type: ACCESS_TOKEN_TYPE };
  return requestInternalToken(server, service, { grant_type: TOKEN_EXCHANGE_GRANT_TYPE, ...subject, ...more }, at);
}

/** The token of an exchange, or the test fails here with the server's words. */
export async function exchanged(
  server: TestServer,
  service: MicroserviceMade,
  subjectToken: string,
  more: Record<string, string> = {},
): Promise<string> {
  const answer = await exchange(server, service, subjectToken, more);
  if (answer.status !== 200) throw new Error(`No token: ${answer.status} ${answer.text}`);
  return String(answer.body['access_token']);
}

export interface PassedOn {
  /** The principal's, for the shop. */
  readonly external: string;
  /** The gateway's, for billing. */
  readonly middle: string;
  /** Billing's, for export. */
  readonly last: string;
}

/** The principal's token, and what the services make of it on the way to export. */
export async function passOn(server: TestServer, chain: CallChain, principal: Credential): Promise<PassedOn> {
  const external = await tokenOf(server.url, principal, { audience: chain.shop.identifier });
  const middle = await exchanged(server, chain.gateway, external, { audience: 'billing' });
  const last = await exchanged(server, chain.billing, middle, { audience: 'export' });
  return { external, middle, last };
}
