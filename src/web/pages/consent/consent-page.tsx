import type { ReactNode } from 'react';
import type { ConsentView, PlaceView } from '../../../issuer/authorization/index.js';
import { signInAddress } from '../../../issuer/sessions/index.js';
import { Alert, BuildingIcon, Button, Card, Form, Heading, Link, OutsideLink, PersonIcon } from '../kit/index.js';
import { AppCard, AppFacts, DeviceWarning, leaveLabel } from './app-parts.js';
import { ScopeChoice } from './scope-choice.js';
import { TrustWarnings } from './trust-parts.js';

export interface ConsentQuestion {
  readonly view: ConsentView;
  readonly csrfToken: string;
  readonly interaction: string;
  readonly place: PlaceView;
  /** What was ticked when the form failed; undefined: everything. */
  readonly ticked: readonly string[] | undefined;
  readonly problem: { readonly title: string; readonly text: string } | undefined;
}

export function addressOf(interaction: string, orgId?: string): string {
  return `/consent?${new URLSearchParams({ interaction, ...(orgId !== undefined && { org_id: orgId }) }).toString()}`;
}

/** Everything that somebody has to know before they allow an app something (CON-1, AZ-16). */
export function ConsentPage(question: ConsentQuestion): ReactNode {
  const { view, csrfToken, interaction, place, problem } = question;
  const { app } = view;
  const isPossible = canAllow(place);
  return (
    <Card>
      <AppCard app={app} />
      <Heading title={titleOf(view, isPossible)}>
        {app.kind === 'agent' && 'It is an agent: a program that decides by itself what to do next. '}
        {isPossible ? 'It gets nothing but what you allow here, and you can take it back.' : 'As it stands, it gets nothing.'}
      </Heading>
      <TrustWarnings view={view} />
      {view.destination.kind === 'device' && <DeviceWarning device={view.destination} appName={app.name} />}
      {problem && (
        <Alert kind="error" title={problem.title}>
          {problem.text}
        </Alert>
      )}
      <WhoAndWhere {...question} />
      <Form to="/consent" csrfToken={csrfToken} hidden={{ interaction, org_id: place.orgId }} className="stack">
        <WhatItMayDo {...question} />
        {isPossible && <AppFacts view={view} />}
        <Answers place={place} leave={leaveLabel(view.destination)} />
      </Form>
      {isPossible && <Policies app={app} />}
    </Card>
  );
}

function titleOf({ app, api }: ConsentView, isPossible: boolean): string {
  if (api.identity) return isPossible ? `Sign in to ${app.name}?` : `${app.name} asks you to sign in`;
  return isPossible ? `Allow ${app.name} to use ${api.name} for you?` : `${app.name} asks to use ${api.name} for you`;
}

/** Who and where. Signing in as somebody else leaves the question where it is. */
function WhoAndWhere({ view, place, interaction }: ConsentQuestion): ReactNode {
  return (
    <dl className="who-and-where">
      <div>
        <PersonIcon />
        <dt>Signed in as</dt>
        <dd>{view.user.email}</dd>
        <dd className="change">
          <Link to={signInAddress({ returnTo: addressOf(interaction) })}>Not you?</Link>
        </dd>
      </div>
      <div>
        <BuildingIcon />
        <dt>Organization</dt>
        <dd>{place.orgName}</dd>
        {view.places.length > 1 && (
          <dd className="change">
            <Link to={addressOf(interaction)}>Change</Link>
          </dd>
        )}
      </div>
    </dl>
  );
}

function WhatItMayDo({ view, place, ticked }: ConsentQuestion): ReactNode {
  const { app, api } = view;
  if (place.admission === 'ask_admin')
    return (
      <Alert kind="info" title={`${place.orgName} decides which apps its people use`}>
        {app.name} is not among them yet. You can ask an administrator to admit it; until then it gets nothing.
      </Alert>
    );
  if (place.admission === 'refused')
    return (
      <Alert kind="info" title={`${place.orgName} does not admit this app`}>
        Ask an administrator of your organization if you think it should.
      </Alert>
    );
  if (place.scopes.length === 0)
    return (
      <Alert kind="info" title="There is nothing that you could allow here">
        Your role in {place.orgName} does not include any of what {app.name} asks for.
      </Alert>
    );
  return <ScopeChoice legend={`${app.name} may`} scopes={place.scopes} ticked={ticked} restIsOptional={api.identity} />;
}

function canAllow({ admission, scopes }: PlaceView): boolean {
  return admission === 'admitted' && scopes.length > 0;
}

function Answers({ place, leave }: { place: PlaceView; leave: string }): ReactNode {
  return (
    <div className="actions actions-row">
      {canAllow(place) && (
        <Button name="decision" value="allow">
          Allow
        </Button>
      )}
      {place.admission === 'ask_admin' && (
        <Button name="decision" value="ask_admin">
          Ask an administrator
        </Button>
      )}
      <Button kind="plain" name="decision" value="deny">
        {canAllow(place) ? 'Refuse' : leave}
      </Button>
    </div>
  );
}

function Policies({ app }: Pick<ConsentView, 'app'>): ReactNode {
  if (app.policyUri === undefined && app.tosUri === undefined) return null;
  return (
    <p className="muted small">
      {app.publisher} handles what it reads by its own rules:{' '}
      {app.policyUri !== undefined && <OutsideLink href={app.policyUri}>privacy policy</OutsideLink>}
      {app.policyUri !== undefined && app.tosUri !== undefined && ', '}
      {app.tosUri !== undefined && <OutsideLink href={app.tosUri}>terms of service</OutsideLink>}.
    </p>
  );
}
