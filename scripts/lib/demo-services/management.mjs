/** The management API, as the operator of the demo calls it. */
export class Management {
  static async of({ publicUrl, demo: { operator } }) {
    const { client_id, client_secret, audience } = operator;
    return new Management(publicUrl, await tokenOf(publicUrl, { client_id, client_secret, audience }));
  }

  constructor(url, token) {
    this.url = url;
    this.token = token;
  }

  create(path, body) {
    return this.#send('POST', path, { body, expected: 201 });
  }

  /** An action, such as blocking a service. */
  act(path) {
    return this.#send('POST', path, { expected: 200 });
  }

  change(path, body) {
    return this.#send('PATCH', path, { body, expected: 200 });
  }

  remove(path) {
    return this.#send('DELETE', path, { expected: 204 });
  }

  get(path, headers) {
    return this.#send('GET', path, { headers, expected: 200 });
  }

  async #send(method, path, { body, headers, expected }) {
    const response = await fetch(this.url + path, {
      method,
      headers: { authorization: `Bearer ${this.token}`, ...(body && { 'content-type': 'application/json' }), ...headers },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.status !== expected) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text;
  }
}

/** An access token of the public zone. */
export async function tokenOf(issuer, { client_id, client_secret, audience }) {
  const form = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret, audience });
  const response = await fetch(`${issuer}/oauth/token`, { method: 'POST', body: form });
  const body = await response.json();
  if (response.status !== 200) throw new Error(`No token for ${audience}: ${response.status} ${JSON.stringify(body)}`);
  return body.access_token;
}
