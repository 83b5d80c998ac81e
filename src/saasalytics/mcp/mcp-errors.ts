import { Injectable } from '@nestjs/common';
import { ProtocolError } from '@modelcontextprotocol/server';
import { Configuration } from '../../platform/config/index.js';
import { answerError, type ProblemDocument } from '../../platform/http/index.js';
import { Log } from '../../platform/logging/index.js';

const SERVER_FAULT = 500;
/** How the SDK begins what it says of messages that it refuses; those errors have no class of their own. */
const REFUSALS = ['Rejected ', 'Unsupported Media Type', 'subscriptions/listen refused'];

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

  /** Of the SDK: what it refuses is caused by clients and no fault; anything else is one of ours. */
  note(error: Error): void {
    if (!isRefusal(error)) this.log.error('mcp.failed', { error });
    else if (this.log.isEnabled('debug')) this.log.info('mcp.refused', { reason: error.message.slice(0, 200) });
  }

  /** Of an answer that the SDK made, which no filter for errors sees. */
  noteStatus(status: number, requestId: string | undefined): void {
    if (status >= SERVER_FAULT) this.log.error('request.failed', { request_id: requestId, operation: 'mcp', status });
  }
}

function isRefusal(error: Error): boolean {
  return error instanceof ProtocolError || REFUSALS.some((beginning) => error.message.startsWith(beginning));
}

/** For a model to read: the code, what is wrong, and for each mistake how to mend it. */
export function textOf({ code, detail, errors = [], request_id }: ProblemDocument): string {
  const mistakes = errors.map(({ location, message, fix }) => `- ${location}: ${message} ${fix}`);
  const reference = code === 'internal_error' ? [`request_id: ${request_id}`] : [];
  return [`${code}: ${detail}`, ...mistakes, ...reference].join('\n');
}
