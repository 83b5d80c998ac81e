import type { ReactNode } from 'react';
import type { OwnApp } from '../../../issuer/own-apps/index.js';
import { AlertIcon, ReviewBadge } from '../kit/index.js';
import { ago, many } from './times.policy.js';

/** For those who listen: a button says what it is about, though its neighbours show it. */
export function Unseen({ children }: { children: ReactNode }): ReactNode {
  return <span className="unseen"> {children}</span>;
}

export function Moment({ time, children }: { time: Date; children: ReactNode }): ReactNode {
  return (
    <time dateTime={time.toISOString()} title={`${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`}>
      {children}
    </time>
  );
}

/** Whether somebody has looked at it, or has stopped it. */
export function AppBadge({ app: { active, reviewed } }: { app: OwnApp['app'] }): ReactNode {
  if (active) return <ReviewBadge isReviewed={reviewed} />;
  return (
    <span className="badge badge-danger">
      <AlertIcon /> Suspended
    </span>
  );
}

/** What is sure about it. */
export function WhoItIs({ app: { kind, identity, publisher } }: { app: OwnApp['app'] }): ReactNode {
  const what = kind === 'agent' ? 'agent ' : '';
  if (identity.kind === 'registered') return `${what}by ${publisher}`;
  return identity.kind === 'self_registered' ? `${what}registered by itself` : `${what}at ${identity.host}`;
}

/** `Last used 5 minutes ago, 1,284 calls` */
export function LastUse({ app: { lastUsedAt, calls, denials }, now }: { app: OwnApp; now: Date }): ReactNode {
  const denied = denials > 0 && `, ${denials.toLocaleString('en-GB')} denied`;
  if (!lastUsedAt) return <>Never used{denied}</>;
  return (
    <>
      Last used <Moment time={lastUsedAt}>{ago(lastUsedAt, now)}</Moment>, {many(calls, 'call')} so far{denied}
    </>
  );
}
