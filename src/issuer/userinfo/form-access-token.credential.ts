import type { FastifyRequest } from 'fastify';
import type { CallerCredential, GuardedRequest } from '@countersign/guards';
import { FormParameters, OPENID_SCOPE } from '@countersign/oauth';
import { callerOf, MalformedCredentials, type Caller, type ResourceIdentity, type TokenJudge } from '@countersign/resource-server';
import { USERINFO_PATH } from './identity-api.js';

const FORM = /^application\/x-www-form-urlencoded(?:\s*;\s*charset=utf-8)?\s*$/i;

/** RFC 6750 §2.2, OIDC-5: the token in a form, at UserInfo alone. One that is bound to a key is shown in the header, where the key is proven. */
export class FormAccessToken implements CallerCredential {
  readonly name = 'form_access_token';

  /** @param judge as strict as that of the header: what UserInfo asks of tokens, it asks of these */
  constructor(private readonly judge: TokenJudge) {}

  recognise(request: GuardedRequest): string | undefined {
    return request.method === 'POST' && tokensIn(request).length > 0 ? 'body' : undefined;
  }

  async prove(request: GuardedRequest, { identifier }: ResourceIdentity): Promise<Caller> {
    const [token = '', another] = tokensIn(request);
    if (another !== undefined) throw malformed('access_token is sent twice.');
    // Without the request: nothing of it proves a key for what is in its body.
    return callerOf(await this.judge.judge({ scheme: 'bearer', token }, undefined, { audience: identifier, scopes: [OPENID_SCOPE] }));
  }
}

function tokensIn(request: GuardedRequest): readonly string[] {
  const { routeOptions, body, headers } = request as unknown as FastifyRequest;
  if (routeOptions.url !== USERINFO_PATH || typeof body !== 'string' || !FORM.test(headers['content-type'] ?? '')) return [];
  try {
    return FormParameters.parse(body).list('access_token');
  } catch {
    throw malformed('The form cannot be read.');
  }
}

function malformed(description: string): MalformedCredentials {
  return new MalformedCredentials('malformed_authorization', description);
}
