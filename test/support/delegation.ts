import { createHash, randomBytes } from 'node:crypto';
import type { Operator } from './builders.js';
import { call, postForm, type Answer } from './requests.js';
import type { PersonMade, Visitor } from './visitor.js';

export const REDIRECT_URI = 'https://partner.example/callback';
export const READ = 'read:analytics-data';
export const REPORTS = 'read:reports';

export interface AppMade {
  id: string;
  client_id: string;
  client_secret?: string;
  state: string;
  redirect_uris: string[];
}

/** An approved, confidential app that may be allowed two scopes of Saasalytics, unless `fields` say otherwise. */
export async function anApp(operator: Operator, fields: Record<string, unknown> = {}): Promise<AppMade> {
  const app = await aDraft(operator, fields);
  for (const step of ['submit', 'approve']) await move(operator, app.id, step);
  return app;
}

export function aDraft(operator: Operator, fields: Record<string, unknown> = {}): Promise<AppMade> {
  return operator.create<AppMade>('/v1/apps', {
    name: 'Charts',
    kind: 'app',
    publisher: 'Charts Ltd',
    client_type: 'confidential',
    redirect_uris: [REDIRECT_URI],
    grants: [{ audience: `${operator.server.url}/analytics`, scopes: [READ, REPORTS] }],
    ...fields,
  });
}

export async function move(operator: Operator, appId: string, step: string): Promise<void> {
  const answer = await call('POST', `${operator.server.url}/v1/apps/${appId}/${step}`, operator.token, {});
  if (answer.status !== 200) throw new Error(`${step} answered ${answer.status}: ${answer.text}`);
}

export async function admit(operator: Operator, orgId: string, policy: { mode?: string; app_ids?: string[] }): Promise<void> {
  const answer = await call('PATCH', `${operator.server.url}/v1/orgs/${orgId}/app-policy`, operator.token, policy);
  if (answer.status !== 200) throw new Error(`The policy answered ${answer.status}: ${answer.text}`);
}

export interface Pkce {
  readonly verifier: string;
  readonly challenge: string;
}

export function pkce(): Pkce {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

/** The query of a good request; a field that is undefined is left out. */
export function authorizationQuery(
  { client_id }: Pick<AppMade, 'client_id'>,
  { challenge }: Pick<Pkce, 'challenge'>,
  more: Record<string, string | undefined> = {},
): string {
  const fields = {
    response_type: 'code',
    client_id,
    redirect_uri: REDIRECT_URI,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    state: 'some state',
    ...more,
  };
  return new URLSearchParams(Object.entries(fields).filter((pair): pair is [string, string] => pair[1] !== undefined)).toString();
}

/** Sends a browser to the authorization endpoint. */
export function ask(
  browser: Visitor,
  app: Pick<AppMade, 'client_id'>,
  proof: Pick<Pkce, 'challenge'>,
  more: Record<string, string | undefined> = {},
): Promise<Answer> {
  return browser.get(`/oauth/authorize?${authorizationQuery(app, proof, more)}`);
}

export function locationOf(answer: Answer): URL {
  const location = answer.headers.get('location');
  if (answer.status !== 303 || location === null) throw new Error(`No redirect: ${answer.status} ${answer.text}`);
  return new URL(location, 'http://own.example');
}

export interface AnswerToApp {
  readonly [name: string]: string;
  readonly code: string;
  readonly error: string;
  readonly state: string;
  readonly iss: string;
}

/** What an answer to the app says; any of it may be missing. */
export function answerOf(answer: Answer): AnswerToApp {
  return Object.fromEntries(locationOf(answer).searchParams) as unknown as AnswerToApp;
}

export interface AskedState {
  step: string;
  csrf_token: string;
  location: string | null;
  asked: {
    app: { id: string; name: string; publisher: string; reviewed: boolean; logo_uri: string | null };
    destination: { kind: string; name: string | null };
    user_email: string;
    places: {
      org_id: string;
      org_name: string;
      admission: string;
      scopes: { name: string; description: string; risk: string; allowed_before: boolean }[];
    }[];
  } | null;
}

export function interactionOf(answer: Answer): string {
  const location = locationOf(answer);
  const own = location.pathname === '/login' ? new URL(location.searchParams.get('return_to') ?? '', 'http://own.example') : location;
  return own.searchParams.get('interaction') ?? '';
}

export async function asked(browser: Visitor, interaction: string): Promise<AskedState> {
  const answer = await browser.get<AskedState>(`/consent/state?interaction=${interaction}`);
  if (answer.status !== 200) throw new Error(`GET /consent/state answered ${answer.status}: ${answer.text}`);
  return answer.body;
}

export interface Choice {
  decision?: string;
  orgId?: string;
  scopes?: string[];
}

/** What the form of the consent page sends; everything in the first place is ticked unless `choice` says otherwise. */
export async function choose(browser: Visitor, interaction: string, choice: Choice = {}): Promise<Answer> {
  const { csrf_token, asked: question } = await asked(browser, interaction);
  const place = question?.places.find(({ org_id }) => choice.orgId === undefined || org_id === choice.orgId);
  const fields: [string, string][] = [
    ['csrf_token', csrf_token],
    ['interaction', interaction],
    ['decision', choice.decision ?? 'allow'],
    ['org_id', choice.orgId ?? place?.org_id ?? ''],
    ...(choice.scopes ?? place?.scopes.map(({ name }) => name) ?? []).map((scope): [string, string] => ['scope', scope]),
  ];
  return submit(browser, fields);
}

/** A form whose fields may repeat, as a browser sends it from our own page. */
export function submit(browser: Visitor, fields: [string, string][], headers: Record<string, string> = {}): Promise<Answer> {
  return browser.postText('/consent', new URLSearchParams(fields).toString(), {
    'sec-fetch-site': 'same-origin',
    origin: 'null',
    ...headers,
  });
}

/** From the request to the code: the browser is signed in already. */
export async function codeFor(
  browser: Visitor,
  app: AppMade,
  proof: Pkce,
  more: Record<string, string | undefined> = {},
  choice: Choice = {},
): Promise<string> {
  const answer = await ask(browser, app, proof, more);
  const code =
    locationOf(answer).searchParams.get('code') ??
    locationOf(await choose(browser, interactionOf(answer), choice)).searchParams.get('code');
  if (code === null) throw new Error(`No code: ${answer.headers.get('location')}`);
  return code;
}

/** What a person does whom a program sends to an authorization URL: signs in where asked, answers the page. @returns where they are sent back to */
export async function sentBack(
  { browser, email, password }: Pick<PersonMade, 'browser' | 'email' | 'password'>,
  url: URL,
  choice: Choice = {},
): Promise<URL> {
  const first = locationOf(await browser.get(url.href));
  const returnTo = first.pathname === '/login' ? (first.searchParams.get('return_to') ?? '') : undefined;
  const location = returnTo === undefined ? first : locationOf(await browser.signIn(email, password, { return_to: returnTo }));
  if (location.pathname !== '/consent') return location;
  const interaction = location.searchParams.get('interaction') ?? '';
  // Allowed before: the page would send them on.
  const { location: settled } = await asked(browser, interaction);
  return settled === null ? locationOf(await choose(browser, interaction, choice)) : new URL(settled);
}

/** Credentials of a confidential app, or the bare name of a public one. */
export function credentials({ client_id, client_secret }: AppMade): Record<string, string> {
  return { client_id, ...(client_secret !== undefined && { client_secret }) };
}

export function redeem(
  url: string,
  app: AppMade,
  code: string,
  { verifier }: Pick<Pkce, 'verifier'>,
  more: Record<string, string> = {},
): Promise<Answer> {
  return postForm(`${url}/oauth/token`, { grant_type: 'authorization_code', code, code_verifier: verifier, ...credentials(app), ...more });
}

export function refresh(url: string, app: AppMade, refreshToken: string, more: Record<string, string> = {}): Promise<Answer> {
  return postForm(`${url}/oauth/token`, { grant_type: 'refresh_token', refresh_token: refreshToken, ...credentials(app), ...more });
}

export interface Tokens {
  access_token: string;
  refresh_token: string;
  scope: string;
  expires_in: number;
  token_type: string;
}

/** The whole way: asked, allowed, redeemed. */
export async function tokensFor(
  browser: Visitor,
  app: AppMade,
  more: Record<string, string | undefined> = {},
  choice: Choice = {},
): Promise<Tokens> {
  const proof = pkce();
  const answer = await redeem(browser.url, app, await codeFor(browser, app, proof, more, choice), proof);
  if (answer.status !== 200) throw new Error(`No tokens: ${answer.status} ${answer.text}`);
  return answer.body as unknown as Tokens;
}

/** Whether the reference API takes the token. */
export async function works(url: string, accessToken: string): Promise<boolean> {
  return (await call('GET', `${url}/analytics/v1/metrics?metric=revenue`, accessToken)).status === 200;
}

/** Whether the reference API knows the token for a good one, whatever it is good for. */
export async function isTaken(url: string, accessToken: string): Promise<boolean> {
  return (await call('GET', `${url}/analytics/v1/metrics?metric=revenue`, accessToken)).status !== 401;
}

/** Fails unless the token is refused within the two seconds of the contract. */
export async function diesWithin2s(url: string, accessToken: string): Promise<void> {
  const end = Date.now() + 2_000;
  while (await isTaken(url, accessToken)) {
    if (Date.now() > end) throw new Error('The token is still taken after 2 s.');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
