import type { FastifyRequest } from 'fastify';
import { httpProblem } from './problem.js';

/** No document of these APIs is nearly as deep; validation and storage walk it by recursion. */
const MAX_DEPTH = 32;
const FORM_TYPE = /^application\/x-www-form-urlencoded\b/i;
// RFC 7493 §2.1: half of a surrogate pair is no text; PostgreSQL, URLs and validators stumble over it.
const LONE_SURROGATE = /\p{Cs}/u;

/** Refuses JSON that whoever works on it later could not handle: before any handler, and whatever the route. */
export function refuseUnusableBody({ body, headers }: FastifyRequest): void {
  if (typeof body === 'string' && !FORM_TYPE.test(headers['content-type'] ?? ''))
    throw httpProblem('malformed_request', 'The body is JSON, but only a text. Send a JSON object.');
  // Level by level, because recursion is what must not be trusted here.
  let level: unknown[] = [body];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) throw httpProblem('malformed_request', `The body is nested more than ${MAX_DEPTH} levels deep.`);
    if (level.some((value) => typeof value === 'string' && LONE_SURROGATE.test(value)))
      throw httpProblem('malformed_request', 'The body holds text that is not valid Unicode.');
    level = level.flatMap((value) => (typeof value === 'object' && value !== null ? members(value) : []));
  }
}

function members(container: object): unknown[] {
  return Array.isArray(container) ? container : Object.entries(container).flat();
}
