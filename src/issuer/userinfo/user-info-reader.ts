import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import { metadataUrlOf, refusalFor, TokenRefused } from '@countersign/resource-server';
import { People } from '../../directory/users/index.js';
import { Configuration } from '../../platform/config/index.js';
import { USERINFO_PATH } from './identity-api.js';
import { IDENTITY_SCOPE_REGISTRY } from './scopes/index.js';

/** What an app was allowed to learn about a person. `sub` is that of the ID token. */
export interface UserInfo {
  readonly sub: string;
  readonly org_id?: string | undefined;
  readonly [claim: string]: unknown;
}

/** OpenID Connect Core §5.3. */
@Injectable()
export class UserInfoReader {
  private readonly identifier: string;

  constructor(
    private readonly people: People,
    { settings }: Configuration,
  ) {
    this.identifier = settings.PUBLIC_URL + USERINFO_PATH;
  }

  /** @throws ResourceRequestRefused 401 where there is no such person any more, or never was: a machine is nobody */
  async of({ subject, orgId, scopes }: Caller): Promise<UserInfo> {
    const user = await this.people.find(subject);
    if (!user?.isActive()) throw this.refused();
    const allowed = [...IDENTITY_SCOPE_REGISTRY].filter(({ name }) => scopes.has(name));
    return {
      sub: user.id,
      ...(orgId !== undefined && { org_id: orgId }),
      ...Object.assign({}, ...allowed.map((scope) => scope.read(user))),
    };
  }

  private refused(): unknown {
    const resource = { identifier: this.identifier, metadataUrl: metadataUrlOf(this.identifier) };
    return refusalFor(new TokenRefused('claims', 'The token is for nobody who could be described.'), resource);
  }
}
