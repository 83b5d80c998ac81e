import { randomBytes } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { isIdentityScope, OAuthError, OPENID_SCOPE } from '@countersign/oauth';
import { AuditLog, type AuditOrigin } from '../../platform/audit/index.js';
import { sha256 } from '../../platform/crypto/index.js';
import { PlatformTransactions, type Transaction } from '../../platform/database/index.js';
import { Problem } from '../../platform/http/index.js';
import { Reaper } from '../../platform/reaper/index.js';
import { AppAdmission, Consents, type ConsentAct, type DelegationPlace } from '../consents/index.js';
import type { SignedInUser } from '../sessions/index.js';
import { AuthorizationDecisions, type Decision } from './authorization-decisions.js';
import type { AuthorizationFacts } from './authorization-facts.js';
import { AUTHORIZATION_PROBLEMS, interactionEnded } from './authorization.errors.js';
import { consentViewOf, type ConsentView } from './consent-view.js';
import { InteractionsRepository } from './interactions.repository.js';
import { notAllowed } from './next-step.policy.js';
import { toSavedRequest, type SavedRequest } from './saved-request.js';

export const INTERACTION_LIFETIME_SECONDS = 600;
const CONSENT_PAGE = '/consent';

/** Who sits there, and at which browser. */
export interface Visitor {
  /** Of `FormTokens`. */
  readonly browser: string | undefined;
  readonly user: SignedInUser | undefined;
  readonly origin: AuditOrigin;
}

/** What a sign-in has to fit to. */
export interface WaitingRequest {
  /** Undefined where nobody has reviewed it. */
  readonly appName: string | undefined;
  /** The organization that the app names. */
  readonly orgId: string | undefined;
  /** Seconds; 0: a new sign-in, whatever there was before. */
  readonly maxAge: number | undefined;
}

/** Where a request stands: somebody has to sign in, has to be asked, or nothing is left to do but to go on. */
export type InteractionStep =
  | { readonly step: 'sign_in'; readonly path: string }
  | { readonly step: 'consent'; readonly view: ConsentView }
  | { readonly step: 'done'; readonly location: string };

export interface InteractionAnswer {
  readonly decision: 'allow' | 'deny' | 'ask_admin';
  /** Of the organization that it is about; not for `deny`. */
  readonly orgId: string | undefined;
  /** What was ticked. */
  readonly scopes: readonly string[];
}

/** Requests that wait for a person: kept in the database, so that any replica can go on with them. The door for pages. */
@Injectable()
export class Interactions implements OnModuleInit {
  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly repository: InteractionsRepository,
    private readonly decisions: AuthorizationDecisions,
    private readonly consents: Consents,
    private readonly admission: AppAdmission,
    private readonly audit: AuditLog,
    private readonly reaper: Reaper,
  ) {}

  onModuleInit(): void {
    this.reaper.add({ name: 'authorization_interactions', reap: (tx, limit) => this.repository.reap(tx, limit) });
  }

  /** A request that has passed its checks. @returns where the browser goes now. @throws OAuthError, for the app */
  async begin(facts: AuthorizationFacts, browser: string, user: SignedInUser | undefined): Promise<string> {
    const request = toSavedRequest(facts, user, Date.now());
    const decision = await this.decisions.decide(request, user);
    if (decision.step === 'grant' && user) return this.transactions.run((tx) => this.grant(tx, request, user, decision));
    const path = await this.wait(request, browser);
    return this.decisions.urlOf(decision.step === 'sign_in' ? this.decisions.signInPath(request, path) : path);
  }

  /** Keeps a request for whoever sits at the browser. @returns path of the page that asks them */
  async wait(request: SavedRequest, browser: string): Promise<string> {
    const id = randomBytes(32).toString('base64url');
    await this.transactions.run((tx) => this.repository.insert(tx, sha256(id), browser, request, INTERACTION_LIFETIME_SECONDS));
    return `${CONSENT_PAGE}?interaction=${id}`;
  }

  /** The request of this browser that waits behind a path of ours, for those that sign somebody in for it. */
  async behind(returnTo: string | undefined, browser: string | undefined): Promise<WaitingRequest | undefined> {
    const id = interactionIn(returnTo);
    if (id === undefined || browser === undefined) return undefined;
    const request = await this.transactions.run((tx) => this.repository.findWaiting(tx, sha256(id), browser));
    if (!request) return undefined;
    return { appName: await this.decisions.nameOfApp(request), orgId: request.orgId, maxAge: maxAgeOf(request) };
  }

  /** What a page has to show now. @throws Problem `interaction_ended`, `authorization_refused` */
  async open(id: string, visitor: Visitor): Promise<InteractionStep> {
    const request = await this.waiting(id, visitor);
    return this.forApp(id, request, false, async () => {
      const { user } = visitor;
      const decision = await this.decisions.decide(request, user);
      if (decision.step === 'sign_in' || !user)
        return { step: 'sign_in', path: this.decisions.signInPath(request, `${CONSENT_PAGE}?interaction=${id}`) };
      if (decision.step === 'ask') {
        const destination = this.decisions.destinationOf(request, visitor.origin.ip);
        return { step: 'consent', view: consentViewOf({ ...decision, user, destination }) };
      }
      return { step: 'done', location: await this.closeWith(id, (tx) => this.grant(tx, request, user, decision)) };
    });
  }

  /** @returns where the browser goes now. @throws Problem as `open`, and `nothing_allowed`: then the request still waits */
  async answer(id: string, visitor: Visitor, answer: InteractionAnswer): Promise<InteractionStep> {
    const request = await this.waiting(id, visitor);
    return this.forApp(id, request, true, async () => {
      const decision = await this.decisions.decide(request, visitor.user);
      if (decision.step === 'sign_in' || !visitor.user)
        return { step: 'sign_in', path: this.decisions.signInPath(request, `${CONSENT_PAGE}?interaction=${id}`) };
      const act = { actor: { type: 'user', id: visitor.user.userId, name: visitor.user.email }, origin: visitor.origin } as const;
      if (answer.decision === 'deny') throw await this.denied(request, act);
      const places = decision.step === 'ask' ? decision.places : [decision.place];
      const place = places.find(({ orgId }) => orgId === answer.orgId);
      if (!place) throw notAllowed();
      if (answer.decision === 'ask_admin') throw await this.asked(request, visitor.user, { place, act, decision });
      return { step: 'done', location: await this.allow(id, request, visitor.user, { place, ticked: answer.scopes, act, decision }) };
    });
  }

  private async allow(
    id: string,
    request: SavedRequest,
    user: SignedInUser,
    { place, ticked, act, decision }: { place: DelegationPlace; ticked: readonly string[]; act: ConsentAct; decision: Decision },
  ): Promise<string> {
    if (place.admission !== 'admitted') throw notAllowed();
    const scopes = allowedOf(place, ticked);
    if (scopes.length === 0)
      throw new Problem(AUTHORIZATION_PROBLEMS, 'nothing_allowed', 'Choose at least one thing that the app may do, or refuse.');
    await this.keep(decision);
    // First: a request that is closed without a code would leave the app without an answer. Recorded twice it is the same consent.
    const consent = await this.consents.record(act, {
      orgId: place.orgId,
      userId: user.userId,
      appId: request.clientId,
      apiId: request.apiId,
      asked: place.scopes,
      ticked: scopes,
      redirectUris:
        decision.step === 'ask'
          ? this.decisions.seenRedirectUris(request, decision.client, place.consent)
          : (place.consent?.redirectUris ?? []),
      appFingerprint: request.appFingerprint,
    });
    const granted = { consentId: consent.id, orgId: place.orgId, scopes };
    return this.closeWith(id, (tx) => this.decisions.grant(tx, request, user, granted));
  }

  private grant(
    tx: Transaction,
    request: SavedRequest,
    user: SignedInUser,
    { place, scopes }: Extract<Decision, { step: 'grant' }>,
  ): Promise<string> {
    if (!place.consent) throw new Error('Nothing is granted without a consent.');
    return this.decisions.grant(tx, request, user, { consentId: place.consent.id, orgId: place.orgId, scopes });
  }

  private async denied(request: SavedRequest, act: ConsentAct): Promise<OAuthError> {
    await this.transactions.run((tx) =>
      this.audit.record(tx, {
        ...act,
        action: 'authorization.denied',
        target: { type: 'app', id: request.clientId },
        details: { client_id: request.clientId, scope: request.scopes.join(' ') },
      }),
    );
    return new OAuthError('access_denied', 'The person did not allow it.');
  }

  private async asked(
    request: SavedRequest,
    user: SignedInUser,
    { place: { orgId, admission, scopes }, act, decision }: { place: DelegationPlace; act: ConsentAct; decision: Decision },
  ): Promise<OAuthError> {
    if (admission !== 'ask_admin') return notAllowed();
    await this.keep(decision);
    await this.admission.ask(act, { orgId, appId: request.clientId, apiId: request.apiId, scopes, userId: user.userId });
    return new OAuthError('access_denied', 'An administrator of the organization was asked to admit the app. Try again later.');
  }

  /** Once it is sure that something will refer to the app: whoever may not allow it stores nothing of it. */
  private async keep(decision: Decision): Promise<void> {
    if (decision.step === 'ask') await this.decisions.keep(decision.client);
  }

  /** The app is told what ends the request. @throws Problem `authorization_refused`, for a page of ours, where it may not be told */
  private async forApp(
    id: string,
    request: SavedRequest,
    hasDecided: boolean,
    work: () => Promise<InteractionStep>,
  ): Promise<InteractionStep> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error;
      const mayBeTold = await this.decisions.mayBeTold(request, hasDecided);
      const location = await this.closeWith(id, (tx) => this.decisions.refuse(tx, request, error));
      if (!mayBeTold) throw new Problem(AUTHORIZATION_PROBLEMS, 'authorization_refused', error.message, { cause: error });
      return { step: 'done', location };
    }
  }

  private async waiting(id: string, { browser }: Visitor): Promise<SavedRequest> {
    const request =
      browser === undefined ? undefined : await this.transactions.run((tx) => this.repository.findWaiting(tx, sha256(id), browser));
    if (!request) throw interactionEnded();
    return request;
  }

  /** Each request is answered once: with what `work` writes, or not at all. @throws Problem `interaction_ended` */
  private closeWith<T>(id: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.transactions.run(async (tx) => {
      if (!(await this.repository.close(tx, sha256(id)))) throw interactionEnded();
      return work(tx);
    });
  }
}

/** Whoever allows a sign-in allows to be recognised. What is about the person is nothing by itself where an API was asked for. */
function allowedOf({ scopes }: DelegationPlace, ticked: readonly string[]): readonly string[] {
  const allowed = scopes.filter((scope) => scope === OPENID_SCOPE || ticked.includes(scope));
  return allowed.every(isIdentityScope) && !scopes.every(isIdentityScope) ? [] : allowed;
}

function interactionIn(returnTo: string | undefined): string | undefined {
  const [path, query = ''] = returnTo?.split('?') ?? [];
  return path === CONSENT_PAGE ? (new URLSearchParams(query).get('interaction') ?? undefined) : undefined;
}

/** OpenID Connect Core §3.1.2.1: max_age=0 means the same as prompt=login. */
function maxAgeOf({ prompts, maxAge }: SavedRequest): number | undefined {
  return prompts.includes('login') ? 0 : maxAge;
}
