import { Injectable } from '@nestjs/common';
import { Configuration } from '../../platform/config/index.js';
import { answerError, type ProblemDocument } from '../../platform/http/index.js';
import { Log } from '../../platform/logging/index.js';

const SERVER_FAULT = 500;

/** What an agent is told of a failure: what to change, and of our own faults nothing but where the log has them. */
@Injectable()
export class McpErrors {
  private readonly problemBase: string;

  constructor(
    { settings }: Configuration,
    private readonly log: Log,
  ) {
    this.problemBase = `${settings.PUBLIC_URL}/docs/errors`;
  }

  /** The problem that the HTTP API would answer; faults of ours are logged. */
  problemOf(error: unknown, operation: string, requestId = ''): ProblemDocument {
    const { status, body } = answerError(error, { oauth: undefined, requestId, problemBase: this.problemBase });
    if (status >= SERVER_FAULT) this.log.error('request.failed', { request_id: requestId, operation, status, error });
    return body as ProblemDocument;
  }

  /** Of the SDK: a message that it refuses. Clients cause it, so it is no fault. */
  noteRefused(error: Error): void {
    if (this.log.isEnabled('debug')) this.log.info('mcp.refused', { reason: error.message.slice(0, 200) });
  }
}

/** For a model to read: the code, what is wrong, and for each mistake how to mend it. */
export function textOf({ code, detail, errors = [], request_id }: ProblemDocument): string {
  const mistakes = errors.map(({ location, message, fix }) => `- ${location}: ${message} ${fix}`);
  const reference = code === 'internal_error' ? [`request_id: ${request_id}`] : [];
  return [`${code}: ${detail}`, ...mistakes, ...reference].join('\n');
}
