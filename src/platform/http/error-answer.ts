import { HttpException } from '@nestjs/common';
import { OAuthError } from '@countersign/oauth';
import { refusalResponse } from '@countersign/guards';
import { ResourceRequestRefused } from '@countersign/resource-server';
import { AuditUnavailable } from '../audit/index.js';
import { isDatabaseUnavailable } from '../database/index.js';
import { HTTP_PROBLEMS, httpProblem, Problem, type HttpProblemCode, type ProblemDocument } from './problem.js';

export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: object;
  /** For the log, never sent. */
  readonly reason: string | undefined;
}

const RETRY_AFTER_SECONDS = '2';
const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';
const FASTIFY_CODES: Readonly<Record<number, HttpProblemCode>> = {
  400: 'malformed_request',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  409: 'conflict',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
  422: 'validation_failed',
  429: 'rate_limited',
};
const DETAILS: Partial<Record<HttpProblemCode, string>> = {
  malformed_request: 'The request cannot be parsed. Check that the body is valid JSON.',
  not_found: 'There is nothing at this address.',
  payload_too_large: 'The body is larger than this endpoint takes.',
  unsupported_media_type: 'Send the body as application/json.',
};

interface Answering {
  /** What an OAuth endpoint takes; undefined where it is none. */
  readonly oauth: 'form' | 'metadata' | undefined;
  readonly requestId: string;
  readonly problemBase: string;
}

/** OAuth endpoints answer in the form of RFC 6749 §5.2, everything else in that of RFC 9457. */
export function answerError(error: unknown, options: Answering): ErrorAnswer {
  return options.oauth ? answerOAuth(asOAuthError(error, options.oauth)) : answerProblem(error, options);
}

function answerOAuth(error: OAuthError): ErrorAnswer {
  return {
    status: error.status,
    headers: { 'content-type': 'application/json; charset=utf-8', pragma: 'no-cache', ...error.headers },
    body: error.toJSON(),
    reason: error.detail,
  };
}

function asOAuthError(error: unknown, takes: 'form' | 'metadata'): OAuthError {
  if (error instanceof OAuthError) return error;
  const options = { cause: error };
  if (isOutage(error))
    return new OAuthError('temporarily_unavailable', 'The server cannot work right now. Try again shortly.', {
      ...options,
      headers: { 'retry-after': RETRY_AFTER_SECONDS },
    });
  switch (statusOf(error)) {
    case 413:
      return takes === 'metadata'
        ? new OAuthError('metadata_too_large', 'The client metadata is larger than 64 KiB.', options)
        : new OAuthError('request_too_large', 'The form is larger than 64 KiB.', options);
    case 405:
      return new OAuthError('method_not_allowed', 'Send a POST request.', { ...options, headers: { allow: 'POST' } });
    case 400:
    case 404:
    case 415:
      // RFC 7591 §3.1.
      if (takes === 'metadata') return new OAuthError('invalid_client_metadata', 'Send one JSON object as application/json.', options);
      return new OAuthError('invalid_request', 'Send the parameters as application/x-www-form-urlencoded in the body.', options);
    default:
      return new OAuthError('server_error', 'Something unexpected happened. The X-Request-Id header finds it in the log.', options);
  }
}

function answerProblem(error: unknown, { requestId, problemBase }: { requestId: string; problemBase: string }): ErrorAnswer {
  if (error instanceof ResourceRequestRefused) return answerRefusal(error, requestId, problemBase);
  const problem = asProblem(error);
  return {
    status: problem.status,
    headers: { 'content-type': PROBLEM_TYPE, ...problem.options.headers },
    body: problemDocument(problem, requestId, problemBase),
    reason: problem.options.reason,
  };
}

function answerRefusal(error: ResourceRequestRefused, requestId: string, problemBase: string): ErrorAnswer {
  const { status, headers, body } = refusalResponse(error, requestId);
  return {
    status,
    headers: { ...headers, 'content-type': PROBLEM_TYPE },
    body: { ...body, type: `${problemBase}#${error.code}` },
    reason: error.reason,
  };
}

function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isOutage(error))
    return httpProblem('service_unavailable', 'The service cannot work right now. Try again shortly.', {
      cause: error,
      headers: { 'retry-after': RETRY_AFTER_SECONDS },
    });
  const code = FASTIFY_CODES[statusOf(error) ?? 500];
  if (code) return httpProblem(code, DETAILS[code] ?? HTTP_PROBLEMS[code].meaning, { cause: error });
  return httpProblem('internal_error', 'Something unexpected happened. The request_id finds it in the log.', { cause: error });
}

function problemDocument(problem: Problem, requestId: string, problemBase: string): ProblemDocument {
  const { code, status, title, detail } = problem;
  const document = { type: `${problemBase}#${code}`, title, status, detail, code, request_id: requestId };
  return problem.options.errors ? { ...document, errors: problem.options.errors } : document;
}

function isOutage(error: unknown): boolean {
  return error instanceof AuditUnavailable || isDatabaseUnavailable(error);
}

/** The client error that Nest or Fastify mean; undefined for everything unexpected. */
function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  if (error instanceof Problem) return error.status;
  const { statusCode, code } = error as { statusCode?: unknown; code?: unknown };
  const fromFastify = typeof code === 'string' && code.startsWith('FST_') && typeof statusCode === 'number';
  if (fromFastify || error instanceof SyntaxError) return fromFastify ? (statusCode as number) : 400;
  return undefined;
}
