import { Injectable } from '@nestjs/common';
import { ACCESS_TOKEN_TYP, type AccessTokenAlg } from '@countersign/oauth';
import type { Caller } from '@countersign/guards';
import { actOf, requireOperator } from '../../directory/administration/index.js';
import { AuditWriter, type AuditOrigin } from '../../platform/audit/index.js';
import { httpProblem } from '../../platform/http/index.js';
import { SigningKeys, type TokenSigner } from '../signing-keys/index.js';
import type { ObjectOrText, SignTestToken } from './test-token.dto.js';

const MAX_AUDITED_TEXT = 2_000;

/** Signs what an issuer must never sign, so that an API can be attacked with tokens that are wrong in one point only. */
@Injectable()
export class TestTokens {
  constructor(
    private readonly keys: SigningKeys,
    private readonly audit: AuditWriter,
  ) {}

  /** Only with keys of the external zone: nothing that comes in there may touch the other one. */
  async sign(caller: Caller, origin: AuditOrigin, { header = {}, claims, key = 'RS256', sign_as = key }: SignTestToken): Promise<string> {
    requireOperator(caller);
    requireSameType(key, sign_as);
    const signer = this.keys.signer('external', key);
    const parts = { header: headerText(header, signer), payload: text(claims) };
    await this.audit.append({
      action: 'test_token.signed',
      ...actOf(caller, origin),
      target: { type: 'signing_key', id: signer.kid },
      details: { alg: sign_as, header: cut(parts.header), payload: cut(parts.payload) },
    });
    return signer.signToTheLetter(parts.header, parts.payload, sign_as);
  }
}

function headerText(header: ObjectOrText, { alg, kid }: TokenSigner): string {
  return typeof header === 'string' ? header : JSON.stringify({ alg, typ: ACCESS_TOKEN_TYP, kid, ...header });
}

function text(part: ObjectOrText): string {
  return typeof part === 'string' ? part : JSON.stringify(part);
}

/** Enough to tell what was signed. */
function cut(part: string): string {
  return part.length > MAX_AUDITED_TEXT ? `${part.slice(0, MAX_AUDITED_TEXT)}…` : part;
}

function requireSameType(key: AccessTokenAlg, signAs: AccessTokenAlg): void {
  if ((key === 'ES256') === (signAs === 'ES256')) return;
  const item = {
    location: '/sign_as',
    message: `A key for ${key} cannot sign by ${signAs}.`,
    fix: 'Leave sign_as out, or choose another key.',
  };
  throw httpProblem('validation_failed', 'One field is unknown, missing or invalid. Nothing was stored.', { errors: [item] });
}
