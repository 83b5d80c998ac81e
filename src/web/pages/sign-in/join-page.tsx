import type { ReactNode } from 'react';
import { Alert, Button, Card, Field, Form, Heading } from '../kit/index.js';

export interface JoinView {
  readonly csrfToken: string;
  readonly link: string;
  readonly orgName: string;
  readonly email: string;
  readonly role: 'admin' | 'member';
  /** Somebody has an account with this address already. */
  readonly isKnown: boolean;
  readonly name: string | undefined;
  readonly problem: { readonly title: string; readonly text: string } | undefined;
  readonly mistakes: { readonly name: string | undefined; readonly password: string | undefined };
}

export function JoinPage(view: JoinView): ReactNode {
  const { csrfToken, link, orgName, email, role, isKnown, problem } = view;
  return (
    <Card>
      <Heading title={`Join ${orgName}`}>
        You are invited as {role === 'admin' ? 'an administrator' : 'a member'}.
        {isKnown ? ' You have an account here already: its password is enough.' : ' Choose how others see you, and a password.'}
      </Heading>
      {problem && (
        <Alert kind="error" title={problem.title}>
          {problem.text}
        </Alert>
      )}
      {/* The name of a known account stays as it is, whatever is sent. */}
      <Form to="/login/join" csrfToken={csrfToken} hidden={{ link, name: isKnown ? 'unchanged' : undefined }} className="stack">
        <div>
          <ReadOnlyEmail email={email} />
          {isKnown ? <KnownPassword {...view} /> : <NewAccount {...view} />}
        </div>
        <div className="actions">
          <Button>Join {orgName}</Button>
        </div>
      </Form>
    </Card>
  );
}

/** Shown, not sent: the link says whose it is. Password managers keep it with the password. */
function ReadOnlyEmail({ email }: { email: string }): ReactNode {
  return (
    <div className="field">
      <label htmlFor="email">E-mail address</label>
      <input id="email" type="email" defaultValue={email} autoComplete="username" readOnly />
    </div>
  );
}

function KnownPassword({ mistakes }: JoinView): ReactNode {
  return (
    <Field name="password" label="Your password" type="password" autoComplete="current-password" error={mistakes.password} autoFocus />
  );
}

function NewAccount({ name, mistakes }: JoinView): ReactNode {
  return (
    <>
      <Field name="name" label="Your name" value={name} autoComplete="name" error={mistakes.name} autoFocus={name === undefined} />
      <Field
        name="password"
        label="New password"
        type="password"
        autoComplete="new-password"
        minLength={12}
        hint="At least 12 characters. A few words in a row are easy to keep in mind."
        error={mistakes.password}
        autoFocus={name !== undefined}
      />
    </>
  );
}
