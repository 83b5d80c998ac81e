import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ErrorAnswer } from './error-answer.js';

/** Draws errors for people, where a browser is what asked. Whoever draws pages implements it. */
export abstract class ErrorPages {
  /** @returns undefined where a document is the better answer; else whether a page was sent. A rejection counts as false. */
  abstract draw(request: FastifyRequest, reply: FastifyReply, answer: ErrorAnswer): Promise<boolean> | undefined;
}
