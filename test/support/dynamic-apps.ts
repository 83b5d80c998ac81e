import type { Operator } from './builders.js';
import { call, type Answer } from './requests.js';

export interface Registered {
  client_id: string;
  client_secret?: string;
  client_secret_expires_at?: number;
  client_name: string;
  redirect_uris: string[];
  scope: string;
  registration_access_token: string;
  registration_client_uri: string;
}

/** An initial access token, as an operator hands it out. */
export async function anInitialToken(operator: Operator, fields: Record<string, unknown> = {}): Promise<string> {
  return (await operator.create<{ registration_token: string }>('/v1/registration-tokens', fields)).registration_token;
}

/** What an app sends that nobody here knows. */
export function register<T = Registered>(
  url: string,
  metadata: unknown,
  token?: string,
  headers: Record<string, string> = {},
): Promise<Answer<T>> {
  return call<T>('POST', `${url}/oauth/register`, token, metadata, headers);
}

/** A registration of a running app, which keeps the newest token of the answers. */
export class OwnRegistration {
  constructor(
    private readonly url: string,
    readonly app: Registered,
    public token = app.registration_access_token,
  ) {}

  async send(method: string, body?: unknown, token = this.token): Promise<Answer<Registered & { error?: string }>> {
    const answer = await call<Registered & { error?: string }>(method, `${this.url}/oauth/register/${this.app.client_id}`, token, body);
    if (answer.status === 200) this.token = answer.body.registration_access_token;
    return answer;
  }
}
