import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { bearerChallenge, RESOURCE_REFUSALS, type ResourceRefusalCode } from '@countersign/resource-server';

const EXAMPLE_METADATA = 'https://api.example.com/.well-known/oauth-protected-resource';
const EXAMPLE_REQUEST_ID = 'req-4f1c';

/** The refusals that every protected route can answer, with examples; a route's own descriptions of them are joined to these. */
export function ApiRefusals(scopes: readonly string[]): MethodDecorator {
  return applyDecorators(
    refusalResponse(401, {
      missing_credentials: bearerChallenge({ scopes, resourceMetadata: EXAMPLE_METADATA }),
      invalid_token: bearerChallenge({
        error: 'invalid_token',
        description: 'The access token expired.',
        resourceMetadata: EXAMPLE_METADATA,
      }),
    }),
    refusalResponse(403, {
      insufficient_scope: bearerChallenge({ error: 'insufficient_scope', scopes, resourceMetadata: EXAMPLE_METADATA }),
    }),
    ApiResponse({
      status: 429,
      description: 'Too many requests.',
      headers: { 'Retry-After': { description: 'Seconds until the next request is worth sending.', schema: { type: 'integer' } } },
      content: { 'application/problem+json': { example: problem(429, 'rate_limited', 'Too many requests') } },
    }),
  );
}

function refusalResponse(status: 401 | 403, challenges: Partial<Record<ResourceRefusalCode, string>>): MethodDecorator {
  const codes = Object.keys(challenges) as ResourceRefusalCode[];
  const example = Object.values(challenges)[0];
  const examples = Object.fromEntries(codes.map((code) => [code, { value: problem(status, code, RESOURCE_REFUSALS[code].title) }]));
  return ApiResponse({
    status,
    description: codes.map((code) => RESOURCE_REFUSALS[code].meaning).join(' '),
    headers: {
      'WWW-Authenticate': { description: 'How to authenticate (RFC 6750 §3, RFC 9728 §5.1).', schema: { type: 'string' }, example },
    },
    content: { 'application/problem+json': { examples } },
  });
}

function problem(status: number, code: string, title: string): object {
  return { type: 'about:blank', title, status, code, request_id: EXAMPLE_REQUEST_ID };
}
