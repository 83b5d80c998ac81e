import type { ReactNode } from 'react';
import { Alert, Button, ButtonLink, Card, Form, Heading } from '../kit/index.js';
import { hostOf, providerPath, type ProviderChoice } from './provider-choices.js';

export interface ProviderView {
  readonly offer: ProviderChoice;
  readonly csrfToken: string;
  readonly returnTo: string | undefined;
  /** Of the page for other ways to sign in. */
  readonly otherWays: string;
  /** Whose session would end. */
  readonly signedInAs: string | undefined;
}

export function ProviderPage({
  offer: { id, name, issuer, orgName },
  csrfToken,
  returnTo,
  otherWays,
  signedInAs,
}: ProviderView): ReactNode {
  return (
    <Card>
      <Heading title={`Sign in at ${name}`}>
        You go on to <strong>{hostOf(issuer)}</strong>
        {orgName !== null && (
          <>
            {' '}
            for the organization <strong>{orgName}</strong>
          </>
        )}
        . Enter a password there only if you know that address.
      </Heading>
      {signedInAs !== undefined && (
        <Alert kind="info">
          You are signed in here as <strong>{signedInAs}</strong>. That session ends when you come back.
        </Alert>
      )}
      <Form to={providerPath(id)} csrfToken={csrfToken} hidden={{ return_to: returnTo }} className="actions">
        <Button>Go on to {hostOf(issuer)}</Button>
        <ButtonLink to={otherWays}>Sign in another way</ButtonLink>
      </Form>
    </Card>
  );
}
