import type { ReactNode } from 'react';
import { MIN_PASSWORD_LENGTH } from '../../../directory/users/index.js';
import type { ApiKeyDocument } from '../../../directory/api-keys/index.js';
import type { OwnApp } from '../../../issuer/own-apps/index.js';
import type { SessionRow, SignedInUser } from '../../../issuer/sessions/index.js';
import { Alert, AppPicture, Button, ButtonLink, Field, Form, Heading, Link } from '../kit/index.js';
import { AppBadge, LastUse, Unseen, WhoItIs } from './app-parts.js';
import { SessionsCard } from './sessions-card.js';
import { TokensCard } from './tokens-card.js';
import { many } from './times.policy.js';

/** What was done just now; the page says it once. */
export const DONE = {
  revoked: 'The app has no access any more. It was told nothing: it finds out when it tries.',
  narrowed: 'Saved. The app has only what is still ticked.',
  session_ended: 'Signed out there.',
  token_revoked: 'The token does not work any more.',
  others_ended: 'Signed out everywhere else.',
  password_changed:
    'Your password was changed, and all your other sessions and personal access tokens have ended. Apps that you connected have to ask again.',
} as const;
export type Done = keyof typeof DONE;

export interface PasswordProblem {
  /** Which field it is about; undefined: both, or none. */
  readonly field: 'current_password' | 'new_password' | undefined;
  readonly text: string;
}

export interface AccountView {
  readonly user: SignedInUser;
  readonly csrfToken: string;
  readonly apps: readonly OwnApp[];
  readonly sessions: readonly SessionRow[];
  readonly tokens: readonly ApiKeyDocument[];
  readonly hasPassword: boolean;
  /** What was wrong when they tried to change it. */
  readonly passwordProblem?: PasswordProblem | undefined;
  readonly done: Done | undefined;
  readonly now: Date;
}

/** Everything that a person decides about their own account, on one page. */
export function AccountPage({ user, csrfToken, apps, sessions, tokens, hasPassword, passwordProblem, done, now }: AccountView): ReactNode {
  return (
    <div className="account">
      <Heading title="Your account">
        <strong>{user.name}</strong>, {user.email}
      </Heading>
      {done && <Alert kind="success">{DONE[done]}</Alert>}
      <div className="account-columns">
        <div className="stack">
          <AppsCard apps={apps} now={now} />
          <TokensCard tokens={tokens} csrfToken={csrfToken} now={now} />
        </div>
        <div className="stack">
          <SessionsCard sessions={sessions} currentId={user.sessionId} csrfToken={csrfToken} now={now} />
          {hasPassword && <PasswordCard csrfToken={csrfToken} problem={passwordProblem} />}
        </div>
      </div>
    </div>
  );
}

function AppsCard({ apps, now }: Pick<AccountView, 'apps' | 'now'>): ReactNode {
  return (
    <section className="card" aria-labelledby="apps">
      <div>
        <h2 id="apps">Apps with access</h2>
        <p className="muted small">What you allowed them, and what they do with it.</p>
      </div>
      {apps.length === 0 ? (
        <p className="empty">No app has access. When you allow one something, it stands here, and you can end it here.</p>
      ) : (
        <ul className="rows">
          {apps.map((app) => (
            <AppRow key={app.consentId} app={app} now={now} />
          ))}
        </ul>
      )}
    </section>
  );
}

function AppRow({ app: own, now }: { app: OwnApp; now: Date }): ReactNode {
  const { consentId, app, org, api, scopes } = own;
  const path = `/account/apps/${consentId}`;
  return (
    <li>
      <div className="app">
        <AppPicture name={app.name} />
        <div className="app-text">
          <p className="app-name">
            <Link to={path}>{app.name}</Link>
          </p>
          <p className="app-facts">
            <span className="muted small">
              <WhoItIs app={app} />
            </span>{' '}
            <AppBadge app={app} />
          </p>
        </div>
      </div>
      <p className="row-facts">
        {many(scopes.length, 'permission')} at <strong>{api.name}</strong>, for the data of <strong>{org.name}</strong>
        <span className="muted">
          <LastUse app={own} now={now} />
        </span>
      </p>
      <div className="row-actions">
        <ButtonLink to={path}>
          Details<Unseen>of {app.name}</Unseen>
        </ButtonLink>
      </div>
    </li>
  );
}

function PasswordCard({ csrfToken, problem }: { csrfToken: string; problem: PasswordProblem | undefined }): ReactNode {
  const errorOf = (field: PasswordProblem['field']): string | undefined => (problem?.field === field ? problem?.text : undefined);
  return (
    <section className="card" aria-labelledby="password">
      <div>
        <h2 id="password">Password</h2>
        <p className="muted small">Changing it ends all your other sessions.</p>
      </div>
      {problem && problem.field === undefined && <Alert kind="error">{problem.text}</Alert>}
      <Form to="/account/password" csrfToken={csrfToken} className="stack">
        <div>
          <Field
            name="current_password"
            label="Present password"
            type="password"
            autoComplete="current-password"
            error={errorOf('current_password')}
            autoFocus={problem?.field === 'current_password' || undefined}
          />
          <Field
            name="new_password"
            label="New password"
            type="password"
            autoComplete="new-password"
            minLength={MIN_PASSWORD_LENGTH}
            hint={`At least ${MIN_PASSWORD_LENGTH} characters; four or five words will do.`}
            error={errorOf('new_password')}
            autoFocus={problem?.field === 'new_password' || undefined}
          />
        </div>
        <Button kind="plain">Change password</Button>
      </Form>
    </section>
  );
}
