import type { ReactNode } from 'react';
import { MIN_PASSWORD_LENGTH } from '../../../directory/users/index.js';
import { Alert, Button, Card, Field, Form, Heading, Link } from '../kit/index.js';
import { ReadOnlyEmail } from './read-only-email.js';

export interface JoinView {
  readonly csrfToken: string;
  readonly link: string;
  readonly orgName: string;
  readonly email: string;
  readonly role: 'admin' | 'member';
  /** Who is signed in in this browser, however. */
  readonly signedInAs: string | undefined;
  readonly name: string | undefined;
  readonly problem: { readonly title: string; readonly text: string } | undefined;
  readonly mistakes: { readonly name: string | undefined; readonly password: string | undefined };
}

/**
 * One form for who has an account and for who has none: the page looks the same for both, because whoever made the link can open it, and
 * is not to learn who has one.
 */
export function JoinPage(view: JoinView): ReactNode {
  const { csrfToken, link, orgName, role, signedInAs, problem } = view;
  return (
    <Card>
      <Heading title={`Join ${orgName}`}>You are invited as {role === 'admin' ? 'an administrator' : 'a member'}.</Heading>
      {problem && (
        <Alert kind="error" title={problem.title}>
          {problem.text}
        </Alert>
      )}
      {signedInAs !== undefined && (
        <>
          <Form to="/login/join/signed-in" csrfToken={csrfToken} hidden={{ link }} className="actions">
            <Button>Join as {signedInAs}</Button>
          </Form>
          <p className="or">or</p>
        </>
      )}
      <ByPassword {...view} />
      {signedInAs === undefined && (
        <p className="muted small">
          Do you sign in at your company, or with another address? <Link to="/login">Sign in</Link> first, then open the invitation again.
        </p>
      )}
    </Card>
  );
}

function ByPassword({ csrfToken, link, orgName, email, signedInAs, name, mistakes }: JoinView): ReactNode {
  return (
    <Form to="/login/join" csrfToken={csrfToken} hidden={{ link }} className="stack">
      <div>
        <ReadOnlyEmail email={email} />
        <Field
          name="password"
          label="Password"
          type="password"
          autoComplete="current-password"
          minLength={MIN_PASSWORD_LENGTH}
          hint={`The one you have here with this address. If you are new, choose one of at least ${MIN_PASSWORD_LENGTH} characters, such as a few words in a row.`}
          error={mistakes.password}
          autoFocus={signedInAs === undefined}
        />
        <Field
          name="name"
          label="Your name, if you are new"
          value={name}
          autoComplete="name"
          required={false}
          hint="How others see you. An account that you have keeps its name."
          error={mistakes.name}
        />
      </div>
      <div className="actions">
        <Button kind={signedInAs === undefined ? 'main' : 'plain'}>
          {signedInAs === undefined ? `Join ${orgName}` : `Join as ${email}`}
        </Button>
      </div>
    </Form>
  );
}
