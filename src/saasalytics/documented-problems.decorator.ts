import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { HTTP_PROBLEMS } from '../platform/http/index.js';

type Code = keyof typeof HTTP_PROBLEMS;

const RETRY_AFTER = {
  headers: { 'Retry-After': { description: 'Seconds after which to try again.', schema: { type: 'integer' as const } } },
};

/** Adds errors of a route to its OpenAPI description; `@RequireScopes` has already added its refusals. */
export function DocumentedProblems(...codes: Code[]): MethodDecorator {
  return applyDecorators(...codes.map(describe));
}

function describe(code: Code): MethodDecorator {
  const { status, title, meaning } = HTTP_PROBLEMS[code];
  const problem = {
    type: `https://auth.example.com/docs/errors#${code}`,
    title,
    status,
    detail: meaning,
    code,
    request_id: '7f9c2f0e-6a53-4b3d-9a44-0c0d1b2f6f11',
  };
  const example =
    code === 'validation_failed'
      ? {
          ...problem,
          errors: [{ location: 'interval', message: 'It is none of hour, day, week, month.', fix: 'Use one of the values named.' }],
        }
      : problem;
  return ApiResponse({
    status,
    description: meaning,
    ...(status === 503 ? RETRY_AFTER : {}),
    content: { 'application/problem+json': { example } },
  });
}
