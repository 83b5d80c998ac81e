import type { ReactNode } from 'react';
import type { OwnApp, OwnScope } from '../../../issuer/own-apps/index.js';
import { Alert, AppPicture, Button, Form, Link, OutsideLink, RiskMark } from '../kit/index.js';
import { DONE, type Done } from './account-page.js';
import { AppBadge, Moment, Unseen, WhoItIs } from './app-parts.js';
import { OperationsCard } from './operations-card.js';
import { ago, dateOf, many } from './times.policy.js';

export interface OwnAppView {
  readonly own: OwnApp;
  readonly csrfToken: string;
  readonly done: Done | undefined;
  readonly now: Date;
}

/** One app: what it may do, what it did, and how to take it back. */
export function OwnAppPage({ own, csrfToken, done, now }: OwnAppView): ReactNode {
  const { app } = own;
  return (
    <div className="account">
      <p>
        <Link to="/account">← Your account</Link>
      </p>
      <div className="app">
        <AppPicture name={app.name} />
        <div>
          <h1>{app.name}</h1>
          <p className="app-facts">
            <span className="muted">
              <WhoItIs app={app} />
            </span>{' '}
            <AppBadge app={app} />
          </p>
        </div>
      </div>
      {done && <Alert kind="success">{DONE[done]}</Alert>}
      {!app.active && <Alert kind="warning">The app is suspended: nothing of this works for it at present.</Alert>}
      <div className="account-columns">
        <div className="stack">
          <ScopesCard own={own} csrfToken={csrfToken} />
          <OperationsCard own={own} now={now} />
        </div>
        <div className="stack">
          <FactsCard own={own} now={now} />
          <NarrowCard own={own} csrfToken={csrfToken} />
          <RevokeCard own={own} csrfToken={csrfToken} />
        </div>
      </div>
    </div>
  );
}

function ScopesCard({ own: { consentId, api, org, scopes }, csrfToken }: Pick<OwnAppView, 'own' | 'csrfToken'>): ReactNode {
  return (
    <section className="card" aria-labelledby="scopes">
      <div>
        <h2 id="scopes">What it may do</h2>
        <p className="muted small">
          At {api.name}, with the data of {org.name}.
        </p>
      </div>
      <Form to={`/account/apps/${consentId}/narrow`} csrfToken={csrfToken} className="stack">
        <fieldset>
          <legend className="small">Untick what it should not do any more. Only the app can ask you for more.</legend>
          <ul className="scopes">
            {scopes.map((scope) => (
              <ScopeItem key={scope.name} scope={scope} />
            ))}
          </ul>
        </fieldset>
        <Button>Keep what is ticked</Button>
      </Form>
    </section>
  );
}

function ScopeItem({ scope: { name, description, risk, used } }: { scope: OwnScope }): ReactNode {
  return (
    <li>
      <label className="scope">
        <input type="checkbox" name="scope" value={name} defaultChecked />
        <span className="scope-text">
          <span>{description}</span>
          <span className="scope-facts">
            <RiskMark risk={risk} />
            <span className={`badge badge-plain ${used ? 'badge-good' : ''}`}>{used ? 'Used' : 'Never used'}</span>
            <code>{name}</code>
          </span>
        </span>
      </label>
    </li>
  );
}

function FactsCard({ own, now }: Pick<OwnAppView, 'own' | 'now'>): ReactNode {
  const { app, allowedAt, lastUsedAt, calls, denials, lastDeniedAt, sessions } = own;
  return (
    <section className="card" aria-labelledby="use">
      <div>
        <h2 id="use">What it did</h2>
        <p className="muted small">As {own.api.name} counts it, about a minute later.</p>
      </div>
      <dl className="figures">
        <div>
          <dt>Calls</dt>
          <dd>{calls.toLocaleString('en-GB')}</dd>
        </div>
        <div>
          <dt>Last used</dt>
          <dd>{lastUsedAt ? <Moment time={lastUsedAt}>{ago(lastUsedAt, now)}</Moment> : 'never'}</dd>
        </div>
        {lastDeniedAt && (
          <>
            <div>
              <dt>Denied</dt>
              <dd>{denials.toLocaleString('en-GB')}</dd>
            </div>
            <div>
              <dt>Last denied</dt>
              <dd>
                <Moment time={lastDeniedAt}>{ago(lastDeniedAt, now)}</Moment>
              </dd>
            </div>
          </>
        )}
        <div>
          <dt>Allowed</dt>
          <dd>
            <Moment time={allowedAt}>{ago(allowedAt, now)}</Moment>
          </dd>
        </div>
      </dl>
      <div className="details">
        <h3>Where it stays signed in for you</h3>
        {sessions.length === 0 ? <p className="muted small">Nowhere: it has to ask you again.</p> : <SessionList own={own} now={now} />}
      </div>
      {(app.policyUri !== undefined || app.tosUri !== undefined) && (
        <p className="small outside">
          {app.policyUri !== undefined && <OutsideLink href={app.policyUri}>Privacy policy</OutsideLink>}
          {app.tosUri !== undefined && <OutsideLink href={app.tosUri}>Terms</OutsideLink>}
        </p>
      )}
    </section>
  );
}

function SessionList({ own: { sessions }, now }: Pick<OwnAppView, 'own' | 'now'>): ReactNode {
  return (
    <ul className="rows">
      {sessions.map(({ createdAt, refreshedAt, ip, endsAt }, i) => (
        // Nothing of them is unique but their order.
        <li key={i}>
          <p className="small">
            Renewed <Moment time={refreshedAt}>{ago(refreshedAt, now)}</Moment>
            {ip !== undefined && ` from ${ip}`}
          </p>
          <p className="muted small">
            Began <Moment time={createdAt}>{ago(createdAt, now)}</Moment>, ends on <Moment time={endsAt}>{dateOf(endsAt)}</Moment> if it is
            not renewed
          </p>
        </li>
      ))}
    </ul>
  );
}

/** One press: what no call has needed so far goes. The boxes of the other form are for who wants to choose. */
function NarrowCard({ own: { consentId, scopes, narrowedToUse }, csrfToken }: Pick<OwnAppView, 'own' | 'csrfToken'>): ReactNode {
  if (!narrowedToUse) return null;
  return (
    <section className="card" aria-labelledby="narrow">
      <h2 id="narrow">It needs less than it has</h2>
      <p className="small">
        It has used {scopes.filter(({ used }) => used).length} of {many(scopes.length, 'permission')} so far. What it never used can be
        taken away, and ends within two seconds; should it need more one day, it has to ask you.
      </p>
      <Form to={`/account/apps/${consentId}/narrow`} csrfToken={csrfToken}>
        {narrowedToUse.map((scope) => (
          <input key={scope} type="hidden" name="scope" value={scope} />
        ))}
        <Button kind="plain">Narrow to what was used</Button>
      </Form>
    </section>
  );
}

function RevokeCard({ own: { consentId, app }, csrfToken }: Pick<OwnAppView, 'own' | 'csrfToken'>): ReactNode {
  return (
    <section className="card" aria-labelledby="revoke">
      <h2 id="revoke">End all of it</h2>
      <p className="small">Its access ends within two seconds, wherever it is. To use it again you have to allow it anew.</p>
      <Form to={`/account/apps/${consentId}/revoke`} csrfToken={csrfToken}>
        <Button kind="danger">
          Revoke<Unseen>{app.name}</Unseen>
        </Button>
      </Form>
    </section>
  );
}
