import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { HTTP_PROBLEMS, type HttpProblemCode, type ProblemDefinition, type ProblemTable } from '../../platform/http/index.js';

const REQUEST_ID = '6f1c4a1e-3f0b-4c39-a6b4-0f4d6f0c8a52';

// The guard's own refusal, which a route's 403 would otherwise hide from the document.
const INSUFFICIENT_SCOPE: [string, ProblemDefinition] = [
  'insufficient_scope',
  { status: 403, title: 'Insufficient scope', meaning: 'The access token lacks a scope that the route needs.' },
];

/** Documents the problems a route answers, with an example of each; several of one status share a response. */
export function ApiProblems(table: ProblemTable, ...common: HttpProblemCode[]): MethodDecorator {
  const problems = [...Object.entries(table), ...common.map((code): [string, ProblemDefinition] => [code, HTTP_PROBLEMS[code]])];
  if (problems.some(([, { status }]) => status === 403)) problems.push(INSUFFICIENT_SCOPE);
  const statuses = [...new Set(problems.map(([, { status }]) => status))];
  return applyDecorators(
    ...statuses.map((status) =>
      responseOf(
        status,
        problems.filter(([, problem]) => problem.status === status),
      ),
    ),
  );
}

function responseOf(status: number, problems: readonly [string, ProblemDefinition][]): MethodDecorator {
  const examples = Object.fromEntries(
    problems.map(([code, { title, meaning }]) => [
      code,
      { value: { type: `/docs/errors#${code}`, title, status, detail: meaning, code, request_id: REQUEST_ID } },
    ]),
  );
  return ApiResponse({
    status,
    description: problems.map(([, { meaning }]) => meaning).join(' '),
    content: { 'application/problem+json': { examples } },
  });
}
