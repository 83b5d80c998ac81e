import { formatBasicCredentials } from '@countersign/oauth';

export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
  readonly text: string;
}

export interface Credential {
  client_id: string;
  client_secret: string;
  audience?: string;
}

/** A form to an OAuth endpoint. */
export async function postForm(
  url: string,
  form: Record<string, string> | [string, string][] | string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const body = typeof form === 'string' ? form : new URLSearchParams(form).toString();
  return read(await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers } }));
}

/** A token request with the secret in the form. */
export function requestToken(
  url: string,
  { client_id, client_secret, audience }: Credential,
  more: Record<string, string> = {},
): Promise<Answer> {
  return postForm(`${url}/oauth/token`, {
    grant_type: 'client_credentials',
    client_id,
    client_secret,
    ...(audience && { audience }),
    ...more,
  });
}

/** An access token, or the test fails here with the server's words. */
export async function tokenOf(url: string, credential: Credential, more: Record<string, string> = {}): Promise<string> {
  const answer = await requestToken(url, credential, more);
  if (answer.status !== 200) throw new Error(`No token: ${answer.status} ${answer.text}`);
  return String(answer.body['access_token']);
}

/** The same, where a test makes more load than a starved machine takes at once. */
export async function tokenUnderLoad(url: string, credential: Credential): Promise<string> {
  const answer = await comingBack(() => requestToken(url, credential));
  if (answer.status !== 200) throw new Error(`No token: ${answer.status} ${answer.text}`);
  return String(answer.body['access_token']);
}

/** What a client does about a 503: it comes back when Retry-After says so, five times at most. */
export async function comingBack(request: () => Promise<Answer>): Promise<Answer> {
  let answer = await request();
  for (let attempt = 0; answer.status === 503 && attempt < 5; attempt++) {
    const seconds = Number(answer.headers.get('retry-after'));
    if (!(seconds > 0)) throw new Error(`A 503 without Retry-After: ${answer.text}`);
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    answer = await request();
  }
  return answer;
}

export function basic({ client_id, client_secret }: Credential): string {
  return formatBasicCredentials({ clientId: client_id, clientSecret: client_secret });
}

/** A request to an API with a Bearer token. */
export async function call<T = Record<string, unknown>>(
  method: string,
  url: string,
  token: string | undefined,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer<T>> {
  return read<T>(
    await fetch(url, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    }),
  );
}

async function read<T>(response: Response): Promise<Answer<T>> {
  const text = await response.text();
  const json = response.headers.get('content-type')?.includes('json') ?? false;
  return { status: response.status, headers: response.headers, body: (json && text !== '' ? JSON.parse(text) : {}) as T, text };
}
