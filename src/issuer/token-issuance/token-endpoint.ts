import { Injectable } from '@nestjs/common';
import type { Client, OAuthRequest, TokenAnswer } from '@countersign/oauth';
import { ApiCatalogue } from '../../directory/api-resources/index.js';
import type { RequestSubject } from '../../platform/http/index.js';
import { TokenIssuance } from './token-issuance.service.js';
import { TokenLimits } from './token-limits.js';

/** The token endpoint around an issuance: limits before and after authentication, and the headers that tell of them. */
@Injectable()
export class TokenEndpoint {
  constructor(
    private readonly issuance: TokenIssuance,
    private readonly limits: TokenLimits,
    private readonly apis: ApiCatalogue,
  ) {}

  async answer(
    request: OAuthRequest,
    setHeaders: (headers: Record<string, string>) => void,
    note: (subject: RequestSubject) => void,
  ): Promise<TokenAnswer> {
    await this.limits.countSource(request.sourceAddress);
    return this.issuance.issue(request, async (caller, proof) => {
      const { client } = caller;
      note({ clientId: client.id, orgId: client.orgId, ...this.callOf(client, request) });
      // RFC 6749 §5.1: responses with tokens carry Pragma too, for HTTP/1.0 caches.
      setHeaders({ pragma: 'no-cache', ...proof?.headers, ...(await this.limits.countClient(caller, request.sourceAddress)) });
    });
  }

  /** Between services of ours: the one that asks, and the one it wants to call where there is such a one. */
  private callOf({ zone, subject, id }: Client, { params }: OAuthRequest): Pick<RequestSubject, 'callerService' | 'targetService'> {
    if (zone !== 'internal') return {};
    const asked = params.find('audience') ?? params.find('resource');
    const target = asked === undefined ? undefined : this.apis.find(asked);
    return { callerService: subject ?? id, ...(target?.zone === 'internal' && { targetService: target.identifier }) };
  }
}
