import type { ReactNode } from 'react';
import type { SessionRow } from '../../../issuer/sessions/index.js';
import { Button, ComputerIcon, Form, PhoneIcon } from '../kit/index.js';
import { Moment, Unseen } from './app-parts.js';
import { browserName, isHandheld } from './browser-name.policy.js';
import { ago } from './times.policy.js';

interface SessionsProperties {
  readonly sessions: readonly SessionRow[];
  readonly currentId: string;
  readonly csrfToken: string;
  readonly now: Date;
}

/** Browsers in which the person is signed in. */
export function SessionsCard({ sessions, currentId, csrfToken, now }: SessionsProperties): ReactNode {
  // The one they sit at first.
  const ordered = [...sessions].sort((one, other) => Number(other.id === currentId) - Number(one.id === currentId));
  return (
    <section className="card" aria-labelledby="sessions">
      <div>
        <h2 id="sessions">Where you are signed in</h2>
        <p className="muted small">End what you do not recognize, and change your password.</p>
      </div>
      <ul className="rows">
        {ordered.map((session) => (
          <SessionItem key={session.id} session={session} isCurrent={session.id === currentId} csrfToken={csrfToken} now={now} />
        ))}
      </ul>
      {sessions.length > 1 && (
        <Form to="/account/sessions/end-others" csrfToken={csrfToken}>
          <Button kind="plain">Sign out everywhere else</Button>
        </Form>
      )}
    </section>
  );
}

interface SessionProperties {
  readonly session: SessionRow;
  readonly isCurrent: boolean;
  readonly csrfToken: string;
  readonly now: Date;
}

function SessionItem({ session, isCurrent, csrfToken, now }: SessionProperties): ReactNode {
  const { id, user_agent, ip, created_at, last_used_at } = session;
  const name = browserName(user_agent);
  return (
    <li className="session">
      {isHandheld(user_agent) ? <PhoneIcon /> : <ComputerIcon />}
      <div className="app-text">
        <p>
          <strong>{name}</strong> {isCurrent && <span className="badge badge-good badge-plain">This browser</span>}
        </p>
        <p className="muted small">
          {ip !== null && `${ip} · `}signed in <Moment time={created_at}>{ago(created_at, now)}</Moment>
        </p>
        {!isCurrent && (
          <p className="muted small">
            last used <Moment time={last_used_at}>{ago(last_used_at, now)}</Moment>
          </p>
        )}
      </div>
      {!isCurrent && (
        <Form to={`/account/sessions/${id}/end`} csrfToken={csrfToken}>
          <Button kind="plain" small>
            End<Unseen>{name}</Unseen>
          </Button>
        </Form>
      )}
    </li>
  );
}
