import type { ReactNode } from 'react';
import type { ConsentView, Destination, DeviceDestination } from '../../../issuer/authorization/index.js';
import { ago, many } from '../account/times.policy.js';
import { Alert, AppPicture, ClockIcon, ComputerIcon, GlobeIcon, Link, PhoneIcon, ReviewBadge } from '../kit/index.js';

/** Who asks. CON-2: the first letter of its name, for all; a picture of theirs would tell its owner who looks at this page. */
export function AppCard({ app }: Pick<ConsentView, 'app'>): ReactNode {
  return (
    <div className="app">
      <AppPicture name={app.name} />
      <div>
        <p className="app-name">{app.name}</p>
        <p className="app-facts">
          <span className="muted small">
            <WhoItIs app={app} />
          </span>{' '}
          <ReviewBadge isReviewed={app.reviewed} />
        </p>
      </div>
    </div>
  );
}

/** CON-1: what is sure; a publisher that nobody has written down here is only a word of its own. */
function WhoItIs({ app: { identity, publisher } }: Pick<ConsentView, 'app'>): ReactNode {
  if (identity.kind === 'registered') return <>by {publisher}</>;
  if (identity.kind === 'self_registered') return 'registered by itself';
  return (
    <>
      identified by its address: <strong>{identity.host}</strong>
    </>
  );
}

/** Where it leads, and for how long. */
export function AppFacts({ view: { destination, days, tokenSeconds } }: { view: ConsentView }): ReactNode {
  return (
    <ul className="facts">
      <li>
        <DestinationIcon destination={destination} />
        <DestinationText destination={destination} />
      </li>
      <li>
        <ClockIcon />
        <span>
          Each of its tokens works for {many(tokenSeconds / 60, 'minute')}, and it can renew them by itself. All of it ends after{' '}
          <strong>{days.total} days</strong>, after <strong>{days.idle} days</strong> without use, or when you take it back in{' '}
          <Link to="/account">your account</Link>.
        </span>
      </li>
    </ul>
  );
}

function DestinationIcon({ destination }: { destination: Destination }): ReactNode {
  if (destination.kind === 'website') return <GlobeIcon />;
  return destination.kind === 'installed_app' ? <PhoneIcon /> : <ComputerIcon />;
}

function DestinationText({ destination }: { destination: Destination }): ReactNode {
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
          Your answer goes to <strong>a program on this computer</strong>.
        </span>
      );
    case 'installed_app':
      return (
        <span>
          Your answer goes to <strong>an app on this device</strong> (<code className="code">{destination.scheme}</code>).
        </span>
      );
    case 'device':
      return (
        <span>
          It goes to <strong>the device that shows {destination.userCode}</strong>, wherever that is.
        </span>
      );
  }
}

/** RFC 8628 §5.4, DEV-5: whoever sends a code to somebody else hopes that they look at nothing but the name of the app. */
export function DeviceWarning({ device, appName }: { device: DeviceDestination; appName: string }): ReactNode {
  return (
    <Alert kind="warning" title={`Go on only if the device in front of you shows ${device.userCode}`}>
      It asked from {device.isNear ? 'your own network' : <strong>another network than yours</strong>} (
      <code className="code">{device.ip}</code>), {ago(device.askedAt, new Date())}. If somebody sent you the code, or tells you what to
      press, refuse: {appName} would work for them, in your name.
    </Alert>
  );
}

/** What a button says that allows nothing. */
export function leaveLabel({ kind }: Destination): string {
  return kind === 'device' ? 'End the request' : 'Back to the app';
}
