import { ACCESS_TOKEN_TYPE, OAuthError, type ActorClaim, type AncestorHandles, type Client, type OrgMode } from '@countersign/oauth';

/** TX-5: longer chains are bombs or loops. */
const MAX_ACTORS = 5;

export interface ExchangeParameters {
  readonly subjectToken: string;
  readonly subjectTokenType: string;
  readonly orgId: string | undefined;
}

/** The form of RFC 8693 §2.1, as far as it is served. @throws OAuthError `invalid_request` */
export function readExchange(params: Readonly<Record<string, string>>): ExchangeParameters {
  if (params['actor_token'] !== undefined || params['actor_token_type'] !== undefined)
    throw refused('The client itself becomes the actor: leave actor_token and actor_token_type out.', 'actor_token');
  const requested = params['requested_token_type'];
  if (requested !== undefined && requested !== ACCESS_TOKEN_TYPE)
    throw refused(`requested_token_type must be ${ACCESS_TOKEN_TYPE} or left out.`, 'requested_token_type');
  const { subject_token: subjectToken, subject_token_type: subjectTokenType, org_id: orgId } = params;
  if (subjectToken === undefined || subjectTokenType === undefined)
    throw refused('Both subject_token and subject_token_type are needed.', 'subject_token_missing');
  return { subjectToken, subjectTokenType, orgId };
}

/** RFC 8693 §4.1: the newest actor is outermost; those before it are history. @throws OAuthError `invalid_request` */
export function nextActor({ id, subject, principalType }: Client, previous: ActorClaim | undefined): ActorClaim {
  const actor = { sub: subject ?? id, client_id: id, principal_type: principalType, ...(previous && { act: previous }) };
  if (actorsOf(actor).length > MAX_ACTORS) throw refused(`A token is passed on ${MAX_ACTORS} times at most.`, 'too_many_actors');
  return actor;
}

/** Their `sub`s, newest first. */
export function actorsOf(actor: ActorClaim | undefined): string[] {
  const actors: string[] = [];
  for (let next = actor; next; next = next.act) actors.push(next.sub);
  return actors;
}

/**
 * The organization of the new token: that of the subject token. Only a policy of mode `any` lets the caller name one, and only
 * where the subject token has none, so that no exchange leads from one organization to another.
 * @throws OAuthError `invalid_request`
 */
export function orgOfExchange(mode: OrgMode, ofSubject: string | undefined, named: string | undefined): string | undefined {
  if (mode !== 'any' && named !== undefined)
    throw refused('The call policy does not let the caller name an organization: leave org_id out.', 'org_named');
  if (mode === 'none') return undefined;
  if (mode === 'parent' && ofSubject === undefined)
    throw refused('The call policy needs an organization, and the subject token belongs to none.', 'subject_token_without_org');
  if (named !== undefined && ofSubject !== undefined && named !== ofSubject)
    throw refused('The subject token belongs to another organization than org_id.', 'other_org_named');
  return ofSubject ?? named;
}

/** What a policy gives of one API, and what was asked for; undefined: everything. */
export interface ScopesOfExchange {
  readonly given: readonly string[];
  readonly asked: readonly string[] | undefined;
}

/**
 * TX-7: scopes only get fewer on the way. Where an API before this one knows a scope under the same name, its token must have held it;
 * for names that no API before knew, the call policy alone decides.
 * @param scopesOfApi what an audience knows @throws OAuthError `invalid_scope`
 */
export function narrowed(
  { given, asked }: ScopesOfExchange,
  line: readonly Pick<AncestorHandles, 'aud' | 'scope'>[],
  scopesOfApi: (audience: string) => readonly string[],
): readonly string[] {
  const isHeld = (name: string): boolean =>
    line.every(({ aud, scope }) => !scopesOfApi(aud).includes(name) || scope.split(' ').includes(name));
  const held = given.filter(isHeld);
  if (held.length > 0 && (asked === undefined || held.length === given.length)) return held;
  throw new OAuthError('invalid_scope', 'The subject token, or one that it comes from, does not hold the scope, though its API knows it.', {
    detail: 'scope_not_in_subject_token',
  });
}

function refused(description: string, detail: string): OAuthError {
  return new OAuthError('invalid_request', description, { detail });
}
