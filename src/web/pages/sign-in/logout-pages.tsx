import type { ReactNode } from 'react';
import type { LogoutFields } from '../../../issuer/sessions/index.js';
import { Button, ButtonLink, buttonClass, Card, CheckIcon, Form, Heading } from '../kit/index.js';

interface LogoutPageProperties {
  readonly csrfToken: string;
  readonly email: string;
  /** The app that asks; undefined where none does, or none that somebody has reviewed. */
  readonly appName: string | undefined;
  readonly fields: LogoutFields;
}

export function LogoutPage({ csrfToken, email, appName, fields }: LogoutPageProperties): ReactNode {
  return (
    <Card>
      <Heading title="Sign out?">
        {appName !== undefined && <>{appName} sent you here to sign out. </>}
        You are signed in as <strong>{email}</strong>. Apps that you allowed something keep it until you take it back.
      </Heading>
      <Form to="/logout" csrfToken={csrfToken} hidden={{ ...fields }} className="actions">
        <Button>Sign out</Button>
        <ButtonLink to="/account">Stay signed in</ButtonLink>
      </Form>
    </Card>
  );
}

/** @param returnTo of an app that nobody has reviewed: only who wants to goes there */
export function SignedOutPage({ returnTo }: { readonly returnTo: string | undefined }): ReactNode {
  return (
    <Card>
      <div className="big-icon big-icon-good">
        <CheckIcon />
      </div>
      <Heading title="You are signed out">
        In this browser. Close it if others use it too, and sign out of the apps that you used. Apps that you allowed something keep it
        until you take it back.
      </Heading>
      <div className="actions">
        <ButtonLink to="/login">Sign in again</ButtonLink>
        {returnTo !== undefined && (
          <a href={returnTo} rel="noreferrer" className={buttonClass('plain')}>
            Back to the app
          </a>
        )}
      </div>
    </Card>
  );
}
