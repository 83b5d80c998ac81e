import type { Operator } from '../../support/builders.js';
import { admit, aDraft, anApp, ask, choose, interactionOf, move, pkce, READ, tokensFor } from '../../support/delegation.js';
import { call, type Answer } from '../../support/requests.js';
import { anAddress, aPerson } from '../../support/visitor.js';
import type { ApiCaller, ListOf } from './management.js';

export interface Act {
  readonly action: string;
  readonly act: () => Promise<Answer<unknown>>;
}

type Prepare = () => Promise<string>;

/** Prepares something, and then does one thing to it. */
export function thenAct(action: string, prepare: Prepare, act: (path: string) => Promise<Answer<unknown>>): Act {
  return { action, act: async () => act(await prepare()) };
}

/** How each operation that changes people, apps and what people allowed is made to succeed. */
export function actsOfPeople(operator: Operator, api: ApiCaller): Record<string, Act> {
  return {
    ...actsOnMembers(operator, api),
    ...actsOnKeys(operator, api),
    ...actsOnProviders(operator, api),
    ...actsOnApps(operator, api),
    ...actsOnConsents(operator, api),
  };
}

function actsOnMembers(operator: Operator, api: ApiCaller): Record<string, Act> {
  const members: Prepare = async () => `/v1/orgs/${(await operator.anOrg()).id}/members`;
  const invited: Prepare = async () => {
    const path = await members();
    return `${path}/${(await api.post(path, { email: anAddress(), role: 'member' })).body.id}`;
  };
  const joined: Prepare = async () => {
    const { id } = await operator.anOrg();
    return `/v1/orgs/${id}/members/${(await aPerson(operator, id)).memberId}`;
  };
  const users: Prepare = async () => `/v1/users/${(await aPerson(operator, (await operator.anOrg()).id)).userId}`;
  const again = (path: string) => async () => api.post(path);
  return {
    inviteMember: thenAct('member.invited', members, (path) => api.post(path, { email: anAddress(), role: 'member' })),
    inviteMemberAgain: thenAct('member.invited_again', invited, (path) => api.post(`${path}/invite`, {})),
    updateMember: thenAct('member.updated', invited, (path) => api.patch(path, { role: 'admin' })),
    removeMember: thenAct('member.removed', invited, (path) => api.delete(path)),
    disableMember: thenAct('member.disabled', joined, (path) => api.post(`${path}/disable`)),
    enableMember: thenAct('member.enabled', joined, (path) => api.post(`${path}/disable`).then(again(`${path}/enable`))),
    disableUser: thenAct('user.disabled', users, (path) => api.post(`${path}/disable`)),
    resetUserPassword: thenAct('user.password_reset_created', users, (path) => api.post(`${path}/password-reset`)),
    deleteUser: thenAct('user.deleted', users, (path) => api.delete(path)),
    enableUser: thenAct('user.enabled', users, (path) => api.post(`${path}/disable`).then(again(`${path}/enable`))),
  };
}

function actsOnKeys(operator: Operator, api: ApiCaller): Record<string, Act> {
  const { url } = operator.server;
  const wish = { name: 'audited', audience: `${url}/analytics`, scopes: [READ] };
  const keys: Prepare = async () => `/v1/orgs/${(await operator.anOrg()).id}/api-keys`;
  const key: Prepare = async () => {
    const path = await keys();
    return `${path}/${(await api.post(path, wish)).body.id}`;
  };
  const own = '/v1/me/personal-access-tokens';
  /** As somebody's page does it, with a token of theirs where the path names one. */
  const byPerson = async (method: string, pathOf: (id: string) => string, body?: object): Promise<Answer<unknown>> => {
    const { browser } = await aPerson(operator, (await operator.anOrg()).id);
    const headers = async (): Promise<Record<string, string>> => ({
      'x-csrf-token': (await browser.state()).csrf_token,
      cookie: [...browser.cookies].map((pair) => pair.join('=')).join('; '),
    });
    const made = await call<{ id: string }>('POST', url + own, undefined, wish, await headers());
    return call(method, url + pathOf(made.body.id), undefined, body, await headers());
  };
  return {
    createApiKey: thenAct('api_key.created', keys, (path) => api.post(path, wish)),
    rotateApiKey: thenAct('api_key.rotated', key, (path) => api.post(`${path}/rotate`, {})),
    revokeApiKey: thenAct('api_key.revoked', key, (path) => api.delete(path)),
    createPersonalAccessToken: { action: 'api_key.created', act: () => byPerson('POST', () => own, wish) },
    rotatePersonalAccessToken: { action: 'api_key.rotated', act: () => byPerson('POST', (id) => `${own}/${id}/rotate`, {}) },
    revokePersonalAccessToken: { action: 'api_key.revoked', act: () => byPerson('DELETE', (id) => `${own}/${id}`) },
  };
}

function actsOnProviders(operator: Operator, api: ApiCaller): Record<string, Act> {
  let count = 0;
  const body = (): object => ({
    name: 'Corp.',
    issuer: `https://audited-${++count}.example`,
    client_id: 'countersign',
    client_secret: 'a secret of theirs',
  });
  const acts = (prepare: Prepare): Act[] => {
    const made: Prepare = async () => {
      const path = await prepare();
      return `${path}/${(await api.post(path, body())).body.id}`;
    };
    return [
      thenAct('identity_provider.created', prepare, (path) => api.post(path, body())),
      thenAct('identity_provider.updated', made, (path) => api.patch(path, { name: 'Corp. Ltd.' })),
      thenAct('identity_provider.deleted', made, (path) => api.delete(path)),
    ];
  };
  const [create, update, remove] = acts(async () => `/v1/orgs/${(await operator.anOrg()).id}/identity-providers`);
  const [createHere, updateHere, removeHere] = acts(async () => '/v1/identity-providers');
  return {
    createIdentityProvider: create!,
    updateIdentityProvider: update!,
    deleteIdentityProvider: remove!,
    createPlatformIdentityProvider: createHere!,
    updatePlatformIdentityProvider: updateHere!,
    deletePlatformIdentityProvider: removeHere!,
  };
}

function actsOnApps(operator: Operator, api: ApiCaller): Record<string, Act> {
  const after =
    (...steps: string[]): Prepare =>
    async () => {
      const { id } = await aDraft(operator);
      for (const step of steps) await move(operator, id, step);
      return `/v1/apps/${id}`;
    };
  const moved = (action: string, step: string, ...before: string[]): Act =>
    thenAct(action, after(...before), (path) => api.post(`${path}/${step}`));
  return {
    createApp: {
      action: 'app.created',
      act: () =>
        api.post('/v1/apps', {
          name: 'x',
          kind: 'app',
          publisher: 'x',
          client_type: 'public',
          redirect_uris: ['https://x.example/back'],
          grants: [{ audience: `${api.url}/analytics`, scopes: [READ] }],
        }),
    },
    updateApp: thenAct('app.updated', after(), (path) => api.patch(path, { name: 'renamed' })),
    deleteApp: thenAct('app.deleted', after(), (path) => api.delete(path)),
    submitApp: moved('app.submitted', 'submit'),
    withdrawApp: moved('app.withdrawn', 'withdraw', 'submit'),
    approveApp: moved('app.approved', 'approve', 'submit'),
    returnApp: moved('app.returned', 'return', 'submit'),
    suspendApp: moved('app.suspended', 'suspend'),
    reinstateApp: moved('app.reinstated', 'reinstate', 'suspend'),
    rotateAppSecret: thenAct('app.secret.rotated', after(), (path) => api.post(`${path}/secrets`, {})),
    deleteAppSecret: thenAct('app.secret.deleted', after(), async (path) =>
      api.delete(`${path}/secrets/${(await api.all(`${path}/secrets`))[0]?.id}`),
    ),
  };
}

function actsOnConsents(operator: Operator, api: ApiCaller): Record<string, Act> {
  const consents: Prepare = async () => {
    const { id } = await operator.anOrg();
    await admit(operator, id, { mode: 'all' });
    const { browser, userId } = await aPerson(operator, id);
    await tokensFor(browser, await anApp(operator));
    const { data } = (await api.get<ListOf<{ id: string }>>(`/v1/consents?user_id=${userId}`)).body;
    return `/v1/consents/${data[0]?.id}`;
  };
  const connected: Prepare = async () => {
    const { org_id, app_id } = (await api.get<{ org_id: string; app_id: string }>(await consents())).body;
    return `/v1/orgs/${org_id}/connected-apps/${app_id}`;
  };
  const requests: Prepare = async () => {
    const { id } = await operator.anOrg();
    await admit(operator, id, { mode: 'ask' });
    const { browser } = await aPerson(operator, id);
    await choose(browser, interactionOf(await ask(browser, await anApp(operator), pkce())), { decision: 'ask_admin' });
    const { data } = (await api.get<ListOf<{ id: string }>>(`/v1/orgs/${id}/app-requests`)).body;
    return `/v1/orgs/${id}/app-requests/${data[0]?.id}`;
  };
  const orgs: Prepare = async () => `/v1/orgs/${(await operator.anOrg()).id}`;
  return {
    narrowConsent: thenAct('consent.narrowed', consents, (path) => api.patch(path, { scopes: [READ] })),
    withdrawConsent: thenAct('consent.withdrawn', consents, (path) => api.delete(path)),
    withdrawConnectedApp: thenAct('connected_app.withdrawn', connected, (path) => api.delete(path)),
    updateAppPolicy: thenAct('app_policy.updated', orgs, (path) => api.patch(`${path}/app-policy`, { mode: 'all' })),
    approveAppRequest: thenAct('app_request.approved', requests, (path) => api.post(`${path}/approve`)),
    declineAppRequest: thenAct('app_request.declined', requests, (path) => api.post(`${path}/decline`)),
  };
}
