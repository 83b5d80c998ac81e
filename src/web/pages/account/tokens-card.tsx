import type { ReactNode } from 'react';
import type { ApiKeyDocument } from '../../../directory/api-keys/index.js';
import { Button, ButtonLink, Form } from '../kit/index.js';
import { Moment, Unseen } from './app-parts.js';
import { ago, dateOf, many } from './times.policy.js';

interface TokensProperties {
  readonly tokens: readonly ApiKeyDocument[];
  readonly csrfToken: string;
  readonly now: Date;
}

/** The person's own tokens that still work. */
export function TokensCard({ tokens, csrfToken, now }: TokensProperties): ReactNode {
  const live = tokens.filter(({ status }) => status === 'active');
  return (
    <section className="card" aria-labelledby="tokens">
      <div>
        <h2 id="tokens">Personal access tokens</h2>
        <p className="muted small">For scripts of your own. Whoever has one acts as you.</p>
      </div>
      {live.length > 0 && (
        <ul className="rows">
          {live.map((token) => (
            <TokenItem key={token.id} token={token} csrfToken={csrfToken} now={now} />
          ))}
        </ul>
      )}
      <div>
        <ButtonLink to="/account/tokens/new">New token</ButtonLink>
      </div>
    </section>
  );
}

function TokenItem({ token, csrfToken, now }: { token: ApiKeyDocument; csrfToken: string; now: Date }): ReactNode {
  const { id, name, hint, audience, scopes, expires_at: expiresAt, last_used_at: lastUsedAt } = token;
  const used = lastUsedAt === null ? undefined : new Date(lastUsedAt);
  return (
    <li>
      <p>
        <strong>{name}</strong> <span className="muted small">ends in {hint}</span>
      </p>
      <p className="row-facts">
        {many(scopes.length, 'permission')} at <strong>{audience}</strong>
        <span className="muted">
          Until {dateOf(new Date(expiresAt))}. {used ? 'Last used ' : 'Never used'}
          {used && <Moment time={used}>{ago(used, now)}</Moment>}
        </span>
      </p>
      <Form to={`/account/tokens/${id}/revoke`} csrfToken={csrfToken}>
        <Button kind="plain" small>
          Revoke<Unseen>{name}</Unseen>
        </Button>
      </Form>
    </li>
  );
}
