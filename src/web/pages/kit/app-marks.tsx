import type { ReactNode } from 'react';
import { VerifiedIcon, WarningIcon } from './icons.js';
import { useSite } from './site.js';

/** Its first letter: a picture from elsewhere would tell its owner who looks at the page. */
export function AppPicture({ name }: { name: string }): ReactNode {
  return (
    <span className="app-picture" aria-hidden="true">
      {[...name][0]?.toUpperCase()}
    </span>
  );
}

/** CON-2: whether somebody has looked at the app. */
export function ReviewBadge({ isReviewed }: { isReviewed: boolean }): ReactNode {
  const { name } = useSite();
  return isReviewed ? (
    <span className="badge badge-good">
      <VerifiedIcon />
      Reviewed by {name}
    </span>
  ) : (
    <span className="badge badge-warning">
      <WarningIcon />
      Not reviewed
    </span>
  );
}

const RISKS = { low: 'Low risk', medium: 'Medium risk', high: 'High risk' } as const;

/** What can go wrong with a scope, as its API says. */
export function RiskMark({ risk }: { risk: keyof typeof RISKS }): ReactNode {
  return <span className={`risk risk-${risk}`}>{RISKS[risk]}</span>;
}
