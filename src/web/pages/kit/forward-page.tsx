import type { ReactNode } from 'react';
import { buttonClass, Card, Heading } from './components.js';
import { CheckIcon } from './icons.js';

/** Seen for a moment: the browser goes on by itself. */
export function ForwardPage({ title, location }: { title: string; location: string }): ReactNode {
  return (
    <Card>
      <div className="big-icon">
        <CheckIcon />
      </div>
      <Heading title={title}>
        You are on your way to <strong>{placeOf(location)}</strong>.
      </Heading>
      <div className="actions">
        <a href={location} rel="noreferrer" className={buttonClass('plain')}>
          Go on, if nothing happens
        </a>
      </div>
    </Card>
  );
}

function placeOf(location: string): string {
  const { hostname, host, protocol } = new URL(location);
  if (protocol !== 'https:' && protocol !== 'http:') return 'the app on this device';
  return protocol === 'http:' || hostname === 'localhost' ? 'the program on this computer' : host;
}
