import type { ReactNode } from 'react';
import type { ConsentView, Destination } from '../../../issuer/authorization/index.js';
import { AppPicture, ClockIcon, ComputerIcon, GlobeIcon, Link, PhoneIcon, ReviewBadge } from '../kit/index.js';

/** Who asks. CON-2: the first letter of its name, for all; a picture of theirs would tell its owner who looks at this page. */
export function AppCard({ app }: Pick<ConsentView, 'app'>): ReactNode {
  return (
    <div className="app">
      <AppPicture name={app.name} />
      <div>
        <p className="app-name">{app.name}</p>
        <p className="app-facts">
          <span className="muted small">by {app.publisher}</span> <ReviewBadge isReviewed={app.reviewed} />
        </p>
      </div>
    </div>
  );
}

/** Where it leads, and for how long. */
export function AppFacts({ view: { destination, days, app } }: { view: ConsentView }): ReactNode {
  return (
    <ul className="facts">
      <li>
        <DestinationIcon destination={destination} />
        <DestinationText destination={destination} appName={app.name} />
      </li>
      <li>
        <ClockIcon />
        <span>
          It ends after <strong>{days.total} days</strong>, after <strong>{days.idle} days</strong> without use, or when you take it back in{' '}
          <Link to="/account">your account</Link>.
        </span>
      </li>
    </ul>
  );
}

function DestinationIcon({ destination }: { destination: Destination }): ReactNode {
  if (destination.kind === 'website') return <GlobeIcon />;
  return destination.kind === 'this_computer' ? <ComputerIcon /> : <PhoneIcon />;
}

function DestinationText({ destination, appName }: { destination: Destination; appName: string }): ReactNode {
  switch (destination.kind) {
    case 'website':
      return (
        <span>
          Your answer goes to <strong>{destination.host}</strong>.
        </span>
      );
    case 'this_computer':
      return (
        <span>
          Your answer goes to <strong>a program on this computer</strong>. Go on only if you have just started {appName} yourself.
        </span>
      );
    case 'installed_app':
      return (
        <span>
          Your answer goes to <strong>an app on this device</strong> (<code className="code">{destination.scheme}</code>).
        </span>
      );
  }
}
