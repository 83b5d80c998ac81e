import type { ReactNode } from 'react';
import { Alert, Button, ButtonLink, Card, Field, Form, Heading } from '../kit/index.js';
import { ProviderChoices, type ProviderChoice } from './provider-choices.js';

export interface OrganizationView {
  readonly csrfToken: string;
  readonly email: string | undefined;
  readonly returnTo: string | undefined;
  readonly otherWays: string;
  readonly problem: { readonly title: string; readonly text: string } | undefined;
}

export function OrganizationPage({ csrfToken, email, returnTo, otherWays, problem }: OrganizationView): ReactNode {
  return (
    <Card>
      <Heading title="Sign in with your organization">The domain of your address says where that is. Nothing is sent to you.</Heading>
      {problem && (
        <Alert kind="error" title={problem.title}>
          {problem.text}
        </Alert>
      )}
      <Form to="/login/organization" csrfToken={csrfToken} hidden={{ return_to: returnTo }} className="stack">
        <div>
          <Field name="email" label="E-mail address at work" type="email" value={email} autoComplete="username" autoFocus />
        </div>
        <div className="actions">
          <Button>Go on</Button>
          <ButtonLink to={otherWays}>Sign in another way</ButtonLink>
        </div>
      </Form>
    </Card>
  );
}

export interface ChoiceView {
  readonly offers: readonly ProviderChoice[];
  readonly csrfToken: string;
  readonly returnTo: string | undefined;
  readonly otherWays: string;
}

export function ChooseProviderPage({ offers, csrfToken, returnTo, otherWays }: ChoiceView): ReactNode {
  return (
    <Card>
      <Heading title="Where do you sign in?">There is more than one place for your domain.</Heading>
      <ProviderChoices offers={offers} csrfToken={csrfToken} returnTo={returnTo} />
      <div className="actions">
        <ButtonLink to={otherWays}>Sign in another way</ButtonLink>
      </div>
    </Card>
  );
}
