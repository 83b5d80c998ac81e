import { once } from 'node:events';
import { createServer } from 'node:http';
import * as client from 'openid-client';

const RENEW_BEFORE_END_MS = 30_000;
const ANSWER_WITHIN_MS = 300_000;

/** What one person lets this program do, by authorization code and PKCE. In memory: a program that keeps it needs a safe place. */
export class Person {
  #options;
  #configuration;
  #tokens = {};
  #scopes = [];
  #endsAt = 0;

  /** @param options `invite(url, scopes)` brings the person there; `signal` ends the wait for them */
  constructor(options) {
    this.#options = options;
  }

  /** A `fetch` with what this scope needs. @throws when the person did not allow it */
  async fetchFor(scope) {
    const token = await this.#tokenFor(scope);
    return (url, init = {}) => fetch(url, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } });
  }

  /** Gives back what was allowed; the person need not clean up after us. */
  async forget() {
    const { refresh_token: refreshToken } = this.#tokens;
    if (refreshToken) await client.tokenRevocation(await this.#discover(), refreshToken, { token_type_hint: 'refresh_token' });
    this.#tokens = {};
    this.#scopes = [];
  }

  async #tokenFor(scope) {
    if (!this.#scopes.includes(scope)) await this.#ask([...this.#scopes, scope]);
    // An agent's tokens live 15 minutes.
    else if (this.#endsAt - RENEW_BEFORE_END_MS < Date.now())
      this.#keep(await client.refreshTokenGrant(await this.#discover(), this.#tokens.refresh_token));
    if (!this.#scopes.includes(scope)) throw new Error(`They did not allow ${scope}.`);
    return this.#tokens.access_token;
  }

  /** For what is new and for what they allowed before: the token that comes takes the place of the one that was. */
  async #ask(scopes) {
    const configuration = await this.#discover();
    const [verifier, state] = [client.randomPKCECodeVerifier(), client.randomState()];
    const signal = AbortSignal.any([this.#options.signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]);
    const answer = await listen(state, signal);
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: answer.redirectUri,
      resource: this.#options.audience,
      scope: scopes.join(' '),
      state,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    this.#options.invite(url.href, scopes);
    const checks = { pkceCodeVerifier: verifier, expectedState: state };
    const tokens = await client.authorizationCodeGrant(configuration, await answer.arrived, checks);
    await this.forget();
    this.#keep(tokens);
  }

  #keep(tokens) {
    this.#tokens = tokens;
    // What they allowed, which may be less than what was asked for.
    this.#scopes = tokens.scope.split(' ');
    this.#endsAt = Date.now() + tokens.expires_in * 1000;
  }

  #discover() {
    const { issuer, clientId } = this.#options;
    // The demo listens on this computer alone, without TLS.
    const execute = issuer.startsWith('http://') ? [client.allowInsecureRequests] : [];
    // A program on somebody's computer keeps no secret: PKCE is what ties the code to it.
    this.#configuration ??= client.discovery(new URL(issuer), clientId, undefined, client.None(), { algorithm: 'oauth2', execute });
    return this.#configuration;
  }
}

/** RFC 8252 §7.3: an address of this computer, on any port, for one answer. */
async function listen(state, signal) {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const redirectUri = `http://127.0.0.1:${server.address().port}/callback`;
  const arrived = answerOf(server, { redirectUri, state, signal }).finally(() => {
    server.close();
    server.closeIdleConnections();
  });
  return { redirectUri, arrived };
}

async function answerOf(server, { redirectUri, state, signal }) {
  for (;;) {
    const [request, response] = await once(server, 'request', { signal });
    const url = new URL(request.url, redirectUri);
    // Anybody on this computer can come here; only the answer to this question counts.
    const isAnswer = url.pathname === '/callback' && url.searchParams.get('state') === state;
    response.writeHead(isAnswer ? 200 : 404, { 'content-type': 'text/plain', connection: 'close' });
    response.end(isAnswer ? 'Thank you. You can close this page.' : 'Nothing is here.');
    if (isAnswer) return url;
  }
}
