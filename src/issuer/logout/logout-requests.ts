import { Injectable } from '@nestjs/common';
import { OAuthError, type Client, type FormParameters } from '@countersign/oauth';
import { Clients } from '../clients/index.js';
import { IdTokens, type IdTokenHint } from '../id-tokens/index.js';
import type { LogoutFields } from '../sessions/index.js';

const MAX_STATE_BYTES = 2_048;

/** What an app asks that signs a person out, as far as it may ask it. */
export interface LogoutRequest {
  readonly hint: IdTokenHint | undefined;
  readonly client: Client | undefined;
  /** Where the person is led to afterwards, with the state; one that the app has registered. */
  readonly returnTo: string | undefined;
  /** Some operator has looked at the app, so its addresses may be gone to without a question. */
  readonly isTrusted: boolean;
}

/** OpenID Connect RP-Initiated Logout 1.0 §2. */
@Injectable()
export class LogoutRequests {
  constructor(
    private readonly clients: Clients,
    private readonly idTokens: IdTokens,
  ) {}

  /** @throws OAuthError `invalid_request`, for the person: nobody is led anywhere */
  async read(params: FormParameters): Promise<LogoutRequest> {
    params.refuseRepeats();
    const hintText = params.find('id_token_hint');
    const hint = hintText === undefined ? undefined : await this.idTokens.readHint(hintText);
    const clientId = params.find('client_id') ?? hint?.clientId;
    if (hint && hint.clientId !== clientId)
      throw new OAuthError('invalid_request', 'id_token_hint was issued to another app than client_id.');
    const found = clientId === undefined ? undefined : await this.clients.find(clientId);
    const client = found?.active ? found : undefined;
    return { hint, client, returnTo: returnTo(params, client), isTrusted: client?.app?.reviewed ?? false };
  }

  /** Of a page of ours, which somebody may have written by hand; undefined where there is nothing in it. */
  find(params: FormParameters): Promise<LogoutRequest | undefined> {
    return this.read(params).catch((error: unknown) => {
      if (error instanceof OAuthError) return undefined;
      throw error;
    });
  }
}

/** For the next page of ours. */
export function fieldsOf(params: FormParameters, { client, returnTo: to }: LogoutRequest): LogoutFields {
  if (!client || to === undefined) return { client_id: client?.id };
  return { client_id: client.id, post_logout_redirect_uri: params.find('post_logout_redirect_uri'), state: params.find('state') };
}

/** §3: compared as exact texts, and of the app that asks. Attack 24: everything else leads nowhere. */
function returnTo(params: FormParameters, client: Client | undefined): string | undefined {
  const uri = params.find('post_logout_redirect_uri');
  if (uri === undefined) return undefined;
  if (!client?.app?.postLogoutRedirectUris.includes(uri))
    throw new OAuthError(
      'invalid_request',
      'post_logout_redirect_uri is none that the app has registered, or nothing tells which app it is.',
      {
        detail: 'post_logout_redirect_uri_unregistered',
      },
    );
  const state = params.find('state');
  if (state === undefined) return uri;
  if (Buffer.byteLength(state) > MAX_STATE_BYTES) throw new OAuthError('invalid_request', 'state is longer than 2048 bytes.');
  return `${uri}${uri.includes('?') ? '&' : '?'}${new URLSearchParams({ state }).toString()}`;
}
