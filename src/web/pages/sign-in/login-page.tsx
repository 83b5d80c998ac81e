import type { ReactNode } from 'react';
import { Alert, Button, ButtonLink, Card, Field, Form, Heading, useSite } from '../kit/index.js';
import { ProviderChoices, type ProviderChoice } from './provider-choices.js';

export interface LoginView {
  readonly csrfToken: string;
  readonly email: string | undefined;
  /** Path to go to afterwards. */
  readonly returnTo: string | undefined;
  /** The app that waits, if somebody has reviewed it. */
  readonly appName: string | undefined;
  /** Who is signed in already. */
  readonly signedInAs: string | undefined;
  readonly offers: readonly ProviderChoice[];
  /** Path of the page that finds the provider of an organization; undefined where the app has named one. */
  readonly organization: string | undefined;
  readonly problem: { readonly title: string; readonly text: string } | undefined;
}

export function LoginPage(view: LoginView): ReactNode {
  const { csrfToken, email, returnTo, appName, signedInAs, problem } = view;
  const { name } = useSite();
  return (
    <Card>
      <Heading title="Sign in">
        to continue to <strong>{appName ?? name}</strong>
      </Heading>
      {problem ? (
        <Alert kind="error" title={problem.title}>
          {problem.text}
        </Alert>
      ) : (
        signedInAs !== undefined && (
          <Alert kind="info">
            You are signed in as <strong>{signedInAs}</strong>. Sign in once more to go on, as yourself or as somebody else.
          </Alert>
        )
      )}
      <Form to="/login" csrfToken={csrfToken} hidden={{ return_to: returnTo }} className="stack">
        <div>
          <Field name="email" label="E-mail address" type="email" value={email} autoComplete="username" autoFocus={email === undefined} />
          <Field name="password" label="Password" type="password" autoComplete="current-password" autoFocus={email !== undefined} />
        </div>
        <div className="actions">
          <Button>Sign in</Button>
        </div>
      </Form>
      <OtherWays {...view} />
      <p className="muted small">No account yet? You get one by the link in an invitation. Ask an administrator of your organization.</p>
    </Card>
  );
}

function OtherWays({ csrfToken, returnTo, offers, organization }: LoginView): ReactNode {
  if (offers.length === 0 && organization === undefined) return null;
  return (
    <>
      <p className="or">or</p>
      <ProviderChoices offers={offers} csrfToken={csrfToken} returnTo={returnTo} />
      {organization !== undefined && (
        <div className="actions">
          <ButtonLink to={organization}>Sign in with your organization</ButtonLink>
        </div>
      )}
    </>
  );
}
