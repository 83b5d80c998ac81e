import type { FastifyRequest } from 'fastify';

const MAX_LENGTH = 8_192;

/** What a query parameter says; undefined where it is missing, repeated or endless. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= MAX_LENGTH ? value : undefined;
}

/** What a form that failed said, to be shown again; it was not checked. */
export function submitted({ body }: FastifyRequest, name: string): string | undefined {
  return textOf(submittedList({ body }, name)[0]);
}

export function submittedList({ body }: Pick<FastifyRequest, 'body'>, name: string): readonly string[] {
  return typeof body === 'string' ? new URLSearchParams(body).getAll(name) : [];
}

/** Path of a request, without its query. */
export function pathOf({ url }: Pick<FastifyRequest, 'url'>): string {
  return url.split('?', 1)[0] ?? '/';
}
