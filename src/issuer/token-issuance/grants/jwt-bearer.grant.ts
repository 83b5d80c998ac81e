import { Injectable } from '@nestjs/common';
import { JWT_BEARER_GRANT_TYPE, OAuthError, type Grant, type GrantRequest, type Issuance } from '@countersign/oauth';
import { ClientCredentialsGrant } from './client-credentials.grant.js';

/** RFC 7523 §2.1: the assertion has proven the principal already; what that gets is what it would get by a credential of its own. */
@Injectable()
export class JwtBearerGrant implements Grant {
  readonly name = JWT_BEARER_GRANT_TYPE;
  readonly parameters: readonly string[];

  constructor(private readonly ofMachines: ClientCredentialsGrant) {
    this.parameters = ['assertion', ...ofMachines.parameters];
  }

  decide(request: GrantRequest): Promise<Issuance> {
    if (!request.caller.proof.isGrant)
      throw new OAuthError('invalid_request', 'The assertion is the only proof of this grant; send no other credential.');
    return this.ofMachines.decide(request);
  }
}
