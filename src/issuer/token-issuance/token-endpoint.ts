import { Injectable } from '@nestjs/common';
import type { OAuthRequest } from '@countersign/oauth';
import { TokenIssuance } from './token-issuance.service.js';
import { TokenLimits } from './token-limits.js';
import type { TokenResponse } from './token-minter.js';

/** The token endpoint around an issuance: limits before and after authentication, and the headers that tell of them. */
@Injectable()
export class TokenEndpoint {
  constructor(
    private readonly issuance: TokenIssuance,
    private readonly limits: TokenLimits,
  ) {}

  async answer(
    request: OAuthRequest,
    setHeaders: (headers: Record<string, string>) => void,
    note: (subject: { clientId: string; orgId: string | undefined }) => void,
  ): Promise<TokenResponse> {
    await this.limits.countSource(request.sourceAddress);
    return this.issuance.issue(request, async ({ client }) => {
      note({ clientId: client.id, orgId: client.orgId });
      // RFC 6749 §5.1: responses with tokens carry Pragma too, for HTTP/1.0 caches.
      setHeaders({ pragma: 'no-cache', ...(await this.limits.countClient(client.id)) });
    });
  }
}
