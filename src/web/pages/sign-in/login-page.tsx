import type { ReactNode } from 'react';
import { Alert, Button, buttonClass, Card, Field, Form, Heading, Link, useSite } from '../kit/index.js';

export interface LoginView {
  readonly csrfToken: string;
  readonly email: string | undefined;
  /** Path to go to afterwards. */
  readonly returnTo: string | undefined;
  /** The app that waits, if somebody has reviewed it. */
  readonly appName: string | undefined;
  /** Who is signed in already. */
  readonly signedInAs: string | undefined;
  readonly providers: readonly { readonly name: string; readonly path: string }[];
  readonly problem: { readonly title: string; readonly text: string } | undefined;
}

export function LoginPage({ csrfToken, email, returnTo, appName, signedInAs, providers, problem }: LoginView): ReactNode {
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
      {providers.length > 0 && <Providers providers={providers} />}
      <p className="muted small">No account yet? You get one by the link in an invitation. Ask an administrator of your organization.</p>
    </Card>
  );
}

function Providers({ providers }: Pick<LoginView, 'providers'>): ReactNode {
  return (
    <>
      <p className="or">or</p>
      <ul className="actions plain">
        {providers.map(({ name, path }) => (
          <li key={path}>
            <Link to={path} className={buttonClass('plain')}>
              Continue with {name}
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}
