import type { ReactNode } from 'react';
import type { MintedApiKeyDocument, TokenChoice } from '../../../directory/api-keys/index.js';
import { Alert, Button, Card, Field, Form, Heading, Link, RiskMark } from '../kit/index.js';
import { dateOf } from './times.policy.js';

/** How long a new token may live, in days. */
export const LIFETIMES_DAYS = [7, 30, 90] as const;

export interface NewTokenView {
  readonly choices: readonly TokenChoice[];
  /** Undefined until the person has said where. */
  readonly chosen: TokenChoice | undefined;
  readonly csrfToken: string;
  /** What was wrong when they tried. */
  readonly problem?: string | undefined;
  /** As they wrote it. */
  readonly name?: string | undefined;
}

/** First where, then what. */
export function NewTokenPage(view: NewTokenView): ReactNode {
  const { choices, chosen } = view;
  return (
    <Card>
      <p>
        <Link to="/account">← Your account</Link>
      </p>
      <Heading title="New personal access token">
        For a script of your own. It can do what you tick here, and nothing that you may not.
      </Heading>
      {chosen ? <TokenForm {...view} chosen={chosen} /> : <Places choices={choices} />}
    </Card>
  );
}

function Places({ choices }: { choices: readonly TokenChoice[] }): ReactNode {
  if (choices.length === 0) return <p className="empty">There is no API at which you could have a token.</p>;
  return (
    <>
      <h2>What is it for?</h2>
      <ul className="rows">
        {choices.map(({ org, api }) => (
          <li key={`${org.id} ${api.id}`}>
            <Link to={`/account/tokens/new?${new URLSearchParams({ org: org.id, api: api.id }).toString()}`}>{api.name}</Link>
            <p className="muted small">For the data of {org.name}</p>
          </li>
        ))}
      </ul>
    </>
  );
}

function TokenForm({ chosen: { org, api, scopes }, csrfToken, problem, name }: NewTokenView & { chosen: TokenChoice }): ReactNode {
  return (
    <Form to="/account/tokens" csrfToken={csrfToken} hidden={{ org: org.id, api: api.id }} className="stack">
      {problem !== undefined && <Alert kind="error">{problem}</Alert>}
      <p>
        At <strong>{api.name}</strong>, for the data of <strong>{org.name}</strong>
      </p>
      <Field name="name" label="What is it for?" autoComplete="off" value={name} />
      <div className="field">
        <label htmlFor="days">How long may it live?</label>
        <select id="days" name="days" defaultValue="30">
          {LIFETIMES_DAYS.map((days) => (
            <option key={days} value={days}>
              {days} days
            </option>
          ))}
        </select>
      </div>
      <fieldset>
        <legend className="small">Tick only what the script needs.</legend>
        <ul className="scopes">
          {scopes.map(({ name: scope, description, risk }) => (
            <li key={scope}>
              <label className="scope">
                <input type="checkbox" name="scope" value={scope} />
                <span className="scope-text">
                  <span>{description}</span>
                  <span className="scope-facts">
                    <RiskMark risk={risk} />
                    <code>{scope}</code>
                  </span>
                </span>
              </label>
            </li>
          ))}
        </ul>
      </fieldset>
      <Button>Make the token</Button>
    </Form>
  );
}

/** The only page that ever shows it. */
export function TokenMadePage({ token: { name, key, expires_at: expiresAt } }: { token: MintedApiKeyDocument }): ReactNode {
  return (
    <Card>
      <Heading title="Your new token">
        <strong>{name}</strong>, until {dateOf(new Date(expiresAt))}
      </Heading>
      <Alert kind="warning" title="Copy it now">
        It is shown this once. Keep it as you keep a password; on your account page you can revoke it.
      </Alert>
      <p>
        <code className="code">{key}</code>
      </p>
      <p>
        <Link to="/account">Done</Link>
      </p>
    </Card>
  );
}
