import { OPENID_SCOPE, parseLoopbackUri } from '@countersign/oauth';
import type { CatalogueApi, ScopeDefinition } from '../../directory/api-resources/index.js';
import { appIdentityOf, canBeMistaken, shownName, type AppIdentity } from '../../directory/third-party-apps/index.js';
import type { Admission, DelegationPlace } from '../consents/index.js';
import { REFRESH_DAYS } from '../refresh-tokens/index.js';
import type { SignedInUser } from '../sessions/index.js';
import { lifetimeOf } from '../token-issuance/index.js';
import type { AppClient } from './authorization-facts.js';

/** One thing that could be allowed, in the words of the catalogue. */
export interface ScopeView {
  readonly name: string;
  readonly description: string;
  readonly risk: 'low' | 'medium' | 'high';
  /** It was allowed before. */
  readonly allowedBefore: boolean;
  /** It goes with whatever is allowed. */
  readonly fixed: boolean;
}

export interface PlaceView {
  readonly orgId: string;
  readonly orgName: string;
  readonly admission: Admission;
  /** Empty: nothing can be allowed here. */
  readonly scopes: readonly ScopeView[];
}

/** All that a person has to know before they answer. A page only has to draw it. */
export interface ConsentView {
  readonly app: {
    readonly id: string;
    readonly name: string;
    readonly kind: 'app' | 'agent';
    readonly publisher: string;
    readonly identity: AppIdentity;
    /** Attack 77: its letters can be taken for those of another name. */
    readonly canBeMistaken: boolean;
    /** An operator has looked at it; without that nothing of what it says about itself is sure. */
    readonly reviewed: boolean;
    readonly logoUri: string | undefined;
    readonly policyUri: string | undefined;
    readonly tosUri: string | undefined;
  };
  readonly destination: Destination;
  readonly user: { readonly email: string; readonly name: string };
  /** `identity`: nothing is asked for but who the person is. */
  readonly api: { readonly identifier: string; readonly name: string; readonly identity: boolean };
  /** How long each of its tokens lives. */
  readonly tokenSeconds: number;
  /** It ends after so many days without use, and after so many in all. */
  readonly days: { readonly idle: number; readonly total: number };
  readonly places: readonly PlaceView[];
}

/** Where the person is sent afterwards. */
export type Destination =
  | { readonly kind: 'website'; readonly host: string }
  | { readonly kind: 'this_computer' }
  | { readonly kind: 'installed_app'; readonly scheme: string }
  | DeviceDestination;

/** A device that waits for the answer, and may be somebody else's. */
export interface DeviceDestination {
  readonly kind: 'device';
  /** What it shows. */
  readonly userCode: string;
  /** Where it asked from, and when. */
  readonly ip: string;
  readonly askedAt: Date;
  /** From the same network as the person. */
  readonly isNear: boolean;
}

export function destinationOf(redirectUri: string): Destination {
  if (parseLoopbackUri(redirectUri)) return { kind: 'this_computer' };
  const { protocol, host } = new URL(redirectUri);
  return protocol === 'https:' ? { kind: 'website', host } : { kind: 'installed_app', scheme: protocol.slice(0, -1) };
}

export interface ConsentFacts {
  readonly client: AppClient;
  readonly api: CatalogueApi;
  readonly describe: (scope: string) => ScopeDefinition | undefined;
  readonly user: SignedInUser;
  readonly destination: Destination;
  readonly places: readonly DelegationPlace[];
}

export function consentViewOf({ client, api, describe, user, destination, places }: ConsentFacts): ConsentView {
  const { publisher, reviewed, logoUri, policyUri, tosUri } = client.app;
  return {
    app: {
      id: client.id,
      name: shownName(client.displayName),
      kind: client.principalType === 'agent' ? 'agent' : 'app',
      publisher: shownName(publisher),
      identity: appIdentityOf(client.id, client.app),
      canBeMistaken: !reviewed && canBeMistaken(client.displayName),
      reviewed,
      // CON-2: a picture says more than words, so only of what somebody has looked at.
      logoUri: reviewed ? logoUri : undefined,
      policyUri,
      tosUri,
    },
    destination,
    user: { email: user.email, name: user.name },
    api: { identifier: api.identifier, name: api.name, identity: api.identity },
    tokenSeconds: lifetimeOf({ api, lifetimeSeconds: undefined }, client),
    days: REFRESH_DAYS,
    places: places.map((place) => placeViewOf(place, describe)),
  };
}

function placeViewOf({ orgId, orgName, admission, scopes, consent }: DelegationPlace, describe: ConsentFacts['describe']): PlaceView {
  const views = scopes.flatMap((name) => {
    const definition = describe(name);
    if (!definition) return [];
    const { description, risk } = definition;
    return [{ name, description, risk, allowedBefore: consent?.scopes.includes(name) ?? false, fixed: name === OPENID_SCOPE }];
  });
  return { orgId, orgName, admission, scopes: views };
}
