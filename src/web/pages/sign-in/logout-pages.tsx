import type { ReactNode } from 'react';
import { Button, ButtonLink, Card, CheckIcon, Form, Heading } from '../kit/index.js';

export function LogoutPage({ csrfToken, email }: { csrfToken: string; email: string }): ReactNode {
  return (
    <Card>
      <Heading title="Sign out?">
        You are signed in as <strong>{email}</strong>. Apps that you allowed something keep it until you take it back.
      </Heading>
      <Form to="/logout" csrfToken={csrfToken} className="actions">
        <Button>Sign out</Button>
        <ButtonLink to="/account">Stay signed in</ButtonLink>
      </Form>
    </Card>
  );
}

export function SignedOutPage(): ReactNode {
  return (
    <Card>
      <div className="big-icon big-icon-good">
        <CheckIcon />
      </div>
      <Heading title="You are signed out">
        In this browser. Close it if others use it too. Apps that you allowed something keep it until you take it back.
      </Heading>
      <div className="actions">
        <ButtonLink to="/login">Sign in again</ButtonLink>
      </div>
    </Card>
  );
}
