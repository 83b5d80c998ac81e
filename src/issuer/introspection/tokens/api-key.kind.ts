import { Injectable } from '@nestjs/common';
import { ApiKeyRefusals, isApiKey, KnownApiKeys, refusalOf, type ApiKeyFacts } from '../../../directory/api-keys/index.js';
import { LastUsed } from '../../../directory/credentials/index.js';
import { Configuration, issuerOf } from '../../../platform/config/index.js';
import type { ActiveToken, IntrospectionCaller } from '../introspection-answer.js';
import type { TokenKind } from '../token-kind.js';

/** For the API that the key was made for, whose guards cannot read it themselves. From memory, as at our own guards. */
@Injectable()
export class ApiKeyKind implements TokenKind {
  readonly name = 'urn:countersign:token-type:api-key';

  constructor(
    private readonly keys: KnownApiKeys,
    private readonly refusals: ApiKeyRefusals,
    private readonly lastUsed: LastUsed,
    private readonly configuration: Configuration,
  ) {}

  recognise(token: string): boolean {
    return isApiKey(token);
  }

  async describe(token: string, { api, sourceAddress }: IntrospectionCaller): Promise<ActiveToken | undefined> {
    if (!api) return undefined;
    const key = await this.keys.find(token);
    if (!key) this.refusals.countUnknown(sourceAddress);
    if (!key || !this.mayBeUsed(key, api.identifier, sourceAddress)) return undefined;
    // A guard asks because somebody uses the key; what it lets pass from memory for the next minute is not heard of here.
    this.lastUsed.record(key.id);
    return this.toActiveToken(key);
  }

  private mayBeUsed(key: ApiKeyFacts, audience: string, askedFrom: string): boolean {
    // The network is the guard's to judge: only it sees where the key comes from.
    const reason = refusalOf({ ...key, allowedNetworks: [] }, { audience, sourceAddress: '', now: Date.now() });
    if (reason !== undefined) this.refusals.count(key, reason, askedFrom, audience);
    return reason === undefined && key.caller.scopes.size > 0;
  }

  private toActiveToken({ id, orgId, audience, caller, createdAt, expiresAt, allowedNetworks }: ApiKeyFacts): ActiveToken {
    return {
      active: true,
      iss: issuerOf(this.configuration.settings, 'external'),
      sub: caller.subject,
      aud: audience,
      client_id: id,
      scope: [...caller.scopes].join(' '),
      exp: Math.floor(expiresAt.getTime() / 1000),
      iat: Math.floor(createdAt.getTime() / 1000),
      token_type: 'Bearer',
      principal_type: caller.principalType,
      org_id: orgId,
      ...(allowedNetworks.length > 0 && { allowed_ips: allowedNetworks }),
    };
  }
}
