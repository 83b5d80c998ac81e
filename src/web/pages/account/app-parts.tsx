import type { ReactNode } from 'react';
import type { OwnApp, OwnScope } from '../../../issuer/own-apps/index.js';
import { AlertIcon, useSite, VerifiedIcon, WarningIcon } from '../kit/index.js';
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

/** Its first letter: pictures of others would tell them who looks at this page. */
export function AppPicture({ name }: { name: string }): ReactNode {
  return (
    <span className="app-picture" aria-hidden="true">
      {[...name][0]?.toUpperCase()}
    </span>
  );
}

/** Whether somebody has looked at it, or has stopped it. */
export function AppBadge({ app }: { app: OwnApp['app'] }): ReactNode {
  const { name } = useSite();
  if (!app.active)
    return (
      <span className="badge badge-danger">
        <AlertIcon /> Suspended
      </span>
    );
  if (app.reviewed)
    return (
      <span className="badge badge-good">
        <VerifiedIcon />
        Reviewed by {name}
      </span>
    );
  return (
    <span className="badge badge-warning">
      <WarningIcon /> Not reviewed
    </span>
  );
}

/** `Last used 5 minutes ago, 1,284 calls` */
export function LastUse({ app: { lastUsedAt, calls }, now }: { app: OwnApp; now: Date }): ReactNode {
  if (!lastUsedAt) return 'Never used';
  return (
    <>
      Last used <Moment time={lastUsedAt}>{ago(lastUsedAt, now)}</Moment>, {many(calls, 'call')} so far
    </>
  );
}

const RISKS = {
  low: undefined,
  medium: { kind: 'warning', words: 'Sensitive' },
  high: { kind: 'danger', words: 'High risk' },
} as const;

export function RiskBadge({ risk }: Pick<OwnScope, 'risk'>): ReactNode {
  const mark = RISKS[risk];
  return mark && <span className={`badge badge-${mark.kind}`}>{mark.words}</span>;
}
