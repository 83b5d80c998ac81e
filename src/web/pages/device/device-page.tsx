import type { ReactNode } from 'react';
import { signInAddress } from '../../../issuer/sessions/index.js';
import { Alert, Button, ButtonLink, Card, Field, Form, Heading, Link, PersonIcon, WarningIcon } from '../kit/index.js';

export interface DeviceQuestion {
  readonly csrfToken: string;
  readonly email: string;
  /** What the address brought along, as it is displayed; undefined: it has to be typed. */
  readonly shown: string | undefined;
  /** What was typed and is none. */
  readonly typed: string | undefined;
  readonly problem: { readonly title: string; readonly text: string } | undefined;
}

export function devicePath(userCode: string | undefined): string {
  return userCode === undefined ? '/device' : `/device?user_code=${userCode}`;
}

/** DEV-5: where somebody says that a device is theirs. Nothing is allowed here yet. */
export function DevicePage(question: DeviceQuestion): ReactNode {
  const { shown, problem } = question;
  return (
    <Card>
      <Heading title={shown === undefined ? 'Connect a device' : 'Does your device show this code?'}>
        {shown === undefined
          ? 'Enter the code that the program or device in front of you shows. Then you see who asks, and for what.'
          : 'Compare letter by letter. Then you see who asks, and for what.'}
      </Heading>
      {problem && (
        <Alert kind="error" title={problem.title}>
          {problem.text}
        </Alert>
      )}
      <SignedInAs {...question} />
      {shown === undefined ? <TypeIt {...question} /> : <ConfirmIt csrfToken={question.csrfToken} shown={shown} />}
      <Alert kind="warning" title="Did somebody send you this code, or a link to this page?">
        Then stop here: they want to get into your account. Go on only if you have just started this yourself, on a device in front of you.
      </Alert>
    </Card>
  );
}

function SignedInAs({ email, shown }: DeviceQuestion): ReactNode {
  return (
    <dl className="who-and-where">
      <div>
        <PersonIcon />
        <dt>Signed in as</dt>
        <dd>{email}</dd>
        <dd className="change">
          <Link to={signInAddress({ returnTo: devicePath(shown) })}>Not you?</Link>
        </dd>
      </div>
    </dl>
  );
}

function TypeIt({ csrfToken, typed }: DeviceQuestion): ReactNode {
  return (
    <Form to="/device" csrfToken={csrfToken} className="stack">
      <div>
        <Field
          name="user_code"
          label="Code"
          value={typed}
          hint="Eight letters, such as WDJB-MJHT."
          autoComplete="off"
          error={typed === undefined ? undefined : 'Check the letters.'}
          autoFocus
        />
      </div>
      <div className="actions">
        <Button>Go on</Button>
      </div>
    </Form>
  );
}

function ConfirmIt({ csrfToken, shown }: { csrfToken: string; shown: string }): ReactNode {
  return (
    <Form to="/device" csrfToken={csrfToken} hidden={{ user_code: shown }} className="stack">
      <p className="user-code">{shown}</p>
      <div className="actions">
        <Button>Yes, it shows this code</Button>
        <ButtonLink to="/device">No, enter another code</ButtonLink>
      </div>
    </Form>
  );
}

/** What becomes of the request is told on the device. */
export function RefusedPage(): ReactNode {
  return (
    <Card>
      <div className="big-icon">
        <WarningIcon />
      </div>
      <Heading title="The device gets nothing">
        Nothing was allowed, and the program on the device is told so. You can close this page. If you have asked an administrator, begin
        again on the device once they have agreed.
      </Heading>
    </Card>
  );
}
