import type { ReactNode } from 'react';
import { ButtonLink, Card, CheckIcon, Heading } from '../kit/index.js';

export function DonePage(): ReactNode {
  return (
    <Card>
      <div className="big-icon big-icon-good">
        <CheckIcon />
      </div>
      <Heading title="Done. Go back to your device">
        It goes on by itself within a few seconds. You can close this page. What you allowed stands in your account, and you can take it
        back there.
      </Heading>
      <div className="actions">
        <ButtonLink to="/account">Your account</ButtonLink>
      </div>
    </Card>
  );
}
