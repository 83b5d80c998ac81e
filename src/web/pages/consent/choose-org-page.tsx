import type { ReactNode } from 'react';
import type { ConsentView, PlaceView } from '../../../issuer/authorization/index.js';
import { BuildingIcon, Button, Card, Form, Heading, Link, NextIcon } from '../kit/index.js';
import { AppCard, DeviceWarning, leaveLabel } from './app-parts.js';
import { addressOf } from './consent-page.js';

/** D3: first where, because what can be allowed differs by organization. */
export function ChooseOrgPage({ view, csrfToken, interaction }: { view: ConsentView; csrfToken: string; interaction: string }): ReactNode {
  const { app, api, places, user, destination } = view;
  return (
    <Card>
      <AppCard app={app} />
      <Heading title={places.length === 0 ? 'You belong to no organization' : 'Choose an organization'}>
        {places.length === 0 ? (
          <>
            So there is nothing that <strong>{user.email}</strong> could allow {app.name}.
          </>
        ) : (
          <>
            {app.name} {api.identity ? 'asks you to sign in' : `wants to use ${api.name} for you`}. It gets the data of one organization
            only, and nothing before you have seen what.
          </>
        )}
      </Heading>
      {destination.kind === 'device' && <DeviceWarning device={destination} appName={app.name} />}
      <ul className="orgs">
        {places.map((place) => (
          <li key={place.orgId}>
            <Link to={addressOf(interaction, place.orgId)} className="org">
              <BuildingIcon />
              <span>
                <strong>{place.orgName}</strong>
                <span className="muted small">{noteOf(place)}</span>
              </span>
              <NextIcon />
            </Link>
          </li>
        ))}
      </ul>
      <Form to="/consent" csrfToken={csrfToken} hidden={{ interaction }} className="actions">
        <Button kind="plain" name="decision" value="deny">
          {places.length === 0 ? leaveLabel(destination) : 'Refuse'}
        </Button>
      </Form>
    </Card>
  );
}

function noteOf({ admission, scopes }: PlaceView): string {
  if (admission === 'refused') return 'Does not admit this app';
  if (admission === 'ask_admin') return 'An administrator has to admit this app first';
  if (scopes.length === 0) return 'Your role includes nothing of what it asks for';
  return scopes.some(({ allowedBefore }) => allowedBefore) ? 'You have allowed it something here before' : 'You can allow it here';
}
