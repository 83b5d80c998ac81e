import type { ReactNode } from 'react';
import type { ConsentView } from '../../../issuer/authorization/index.js';
import { Alert } from '../kit/index.js';

/** CON-1, attacks 31 and 77: what is not sure about who asks, in the order in which it matters. */
export function TrustWarnings({ view }: { view: ConsentView }): ReactNode {
  const { app, destination } = view;
  return (
    <>
      {!app.reviewed && <NotReviewed app={app} />}
      {app.canBeMistaken && (
        <Alert kind="warning" title="Look at its name twice">
          Letters of it look like those of another alphabet. It may not be who you think it is.
        </Alert>
      )}
      <OtherHost view={view} />
      {destination.kind === 'this_computer' && !(app.reviewed && app.kind === 'app') && (
        <Alert kind="warning" title="Your answer goes to a program on this computer">
          Any program that runs here could have asked, under any name. Go on only if you have just started {app.name} yourself.
        </Alert>
      )}
    </>
  );
}

function NotReviewed({ app }: Pick<ConsentView, 'app'>): ReactNode {
  switch (app.identity.kind) {
    case 'registered':
      return (
        <Alert kind="warning" title="Nobody has reviewed this app">
          Its name and its publisher are only what it says about itself. Go on only if you trust whoever sent you here.
        </Alert>
      );
    case 'address':
      return (
        <Alert kind="warning" title="Nobody here has checked who it is">
          Only its address is sure: <strong>{app.identity.host}</strong>. Its name is what it says about itself. Go on only if you know this
          address and have started this yourself.
        </Alert>
      );
    case 'self_registered':
      return (
        <Alert kind="warning" title="It has registered by itself, and nobody has checked who it is">
          Anybody can call themselves {app.name}. Go on only if you have started this yourself, a moment ago.
        </Alert>
      );
  }
}

/** The owner of the address sends the answer elsewhere: right for some, and the way of who copied a document. */
function OtherHost({ view: { app, destination } }: { view: ConsentView }): ReactNode {
  if (app.reviewed || app.identity.kind !== 'address' || destination.kind !== 'website' || destination.host === app.identity.host)
    return null;
  return (
    <Alert kind="warning" title={`Your answer goes to ${destination.host}`}>
      That is another address than its own, <strong>{app.identity.host}</strong>. Go on only if you know both.
    </Alert>
  );
}
