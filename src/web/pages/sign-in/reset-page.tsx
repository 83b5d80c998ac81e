import type { ReactNode } from 'react';
import { MIN_PASSWORD_LENGTH } from '../../../directory/users/index.js';
import { Alert, Button, Card, Field, Form, Heading } from '../kit/index.js';
import { ReadOnlyEmail } from './read-only-email.js';

export interface ResetView {
  readonly csrfToken: string;
  readonly link: string;
  readonly email: string;
  readonly problem: string | undefined;
  readonly mistake: string | undefined;
}

export function ResetPage({ csrfToken, link, email, problem, mistake }: ResetView): ReactNode {
  return (
    <Card>
      <Heading title="Choose a new password">All places where you are signed in end with it.</Heading>
      {problem !== undefined && <Alert kind="error" title={problem} />}
      <Form to="/login/reset" csrfToken={csrfToken} hidden={{ link }} className="stack">
        <div>
          <ReadOnlyEmail email={email} />
          <Field
            name="password"
            label="New password"
            type="password"
            autoComplete="new-password"
            minLength={MIN_PASSWORD_LENGTH}
            hint={`At least ${MIN_PASSWORD_LENGTH} characters. A few words in a row are easy to keep in mind.`}
            error={mistake}
            autoFocus
          />
        </div>
        <div className="actions">
          <Button>Set the password</Button>
        </div>
      </Form>
    </Card>
  );
}
