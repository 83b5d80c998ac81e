import type { ReactNode } from 'react';
import type { ProviderOffer } from '../../../directory/identity-providers/index.js';
import { Button, Form } from '../kit/index.js';

interface ChoicesProperties {
  readonly offers: readonly ProviderChoice[];
  readonly csrfToken: string;
  readonly returnTo: string | undefined;
}

export type ProviderChoice = Pick<ProviderOffer, 'id' | 'name' | 'issuer' | 'orgName'>;

/** A button for each. Its name is the word of an administrator somewhere; so of an organization's own the host stands below it. */
export function ProviderChoices({ offers, csrfToken, returnTo }: ChoicesProperties): ReactNode {
  return (
    <ul className="actions plain">
      {offers.map(({ id, name, issuer, orgName }) => (
        <li key={id}>
          <Form to={providerPath(id)} csrfToken={csrfToken} hidden={{ return_to: returnTo }} className="actions">
            <Button kind="plain">Continue with {name}</Button>
          </Form>
          {orgName !== null && (
            <p className="muted small">
              At <strong>{hostOf(issuer)}</strong>, for the organization {orgName}
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}

/** Shows where a sign-in leads, and takes the form that begins it. */
export function providerPath(id: string): string {
  return `/login/providers/${id}`;
}

export function hostOf(issuer: string): string {
  return new URL(issuer).host;
}
