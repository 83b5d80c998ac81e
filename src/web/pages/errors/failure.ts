import type { Exchange } from '../../../issuer/sessions/index.js';
import type { ErrorAnswer, Problem, ProblemItem } from '../../../platform/http/index.js';

/** An error, as it would be told to a program. */
export interface Failure {
  readonly status: number;
  readonly code: string;
  /** For people, or for the developer of an app. */
  readonly detail: string;
  readonly items: readonly ProblemItem[];
  /** Why, in a word; it decides which page is drawn, and is not on it. */
  readonly reason?: string | undefined;
  /** Seconds. */
  readonly retryAfter: number | undefined;
  readonly headers: ErrorAnswer['headers'];
}

interface Document {
  readonly code?: string;
  readonly detail?: string;
  readonly errors?: readonly ProblemItem[];
  // RFC 6749 §5.2.
  readonly error?: string;
  readonly error_description?: string;
}

export function failureOf({ status, headers, body, reason }: ErrorAnswer): Failure {
  const { code, detail, errors, error, error_description: description } = body as Document;
  const retryAfter = Number(headers['retry-after']);
  return {
    status,
    code: code ?? error ?? 'internal_error',
    detail: detail ?? description ?? '',
    items: errors ?? [],
    reason,
    retryAfter: Number.isNaN(retryAfter) ? undefined : retryAfter,
    headers,
  };
}

export function failureOfProblem({ status, code, detail, options: { headers = {}, errors = [] } }: Problem): Failure {
  return failureOf({ status, headers, body: { code, detail, errors }, reason: undefined });
}

/** What is wrong with one field, in words for whoever filled it in. */
export function mistakeIn({ items }: Failure, field: string): string | undefined {
  return items.find(({ location }) => location === `/${field}`)?.message;
}

/** A page with a form. When the form fails, the page is drawn again with what is wrong. */
export interface FormPage {
  readonly name: string;
  /** Where the form is sent. */
  readonly path: string;
  /**
   * @returns false where the general page says it better
   * @throws Problem, where what the form was about is gone: then that is told
   */
  redraw(exchange: Exchange, failure: Failure): Promise<boolean>;
}

/** Injection token of all of them. */
export const FORM_PAGES = Symbol('form pages');
