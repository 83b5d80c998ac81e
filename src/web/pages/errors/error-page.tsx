import type { ReactNode } from 'react';
import { ButtonLink, Card, Heading, WarningIcon } from '../kit/index.js';
import type { Failure } from './failure.js';
import type { ErrorWords } from './words.js';

export interface ErrorPageProperties {
  readonly words: ErrorWords;
  readonly failure: Failure;
  readonly requestId: string;
}

export function ErrorPage({ words: { title, text, next, forDeveloper }, failure, requestId }: ErrorPageProperties): ReactNode {
  return (
    <Card>
      <div className="big-icon">
        <WarningIcon />
      </div>
      <Heading title={title}>{text}</Heading>
      {next && (
        <div className="actions">
          <ButtonLink kind="main" to={next.to}>
            {next.label}
          </ButtonLink>
        </div>
      )}
      <div className="details">
        <dl>
          {forDeveloper && (
            <div>
              <dt>For the developer of the app</dt>
              <dd>
                <code>{failure.code}</code> {failure.detail}
              </dd>
            </div>
          )}
          <div>
            <dt>Request</dt>
            <dd>
              <code>{requestId}</code>
            </dd>
          </div>
        </dl>
      </div>
    </Card>
  );
}
