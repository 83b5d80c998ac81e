import { httpProblem, type Problem, type ProblemItem } from '../platform/http/index.js';

const MAX_ITEMS = 20;

/** 422 that names every mistake, up to 20 of them. */
export function invalidFields(mistakes: readonly ProblemItem[], total = mistakes.length): Problem {
  const shown = mistakes.slice(0, MAX_ITEMS);
  const count = total === 1 ? 'One field is' : `${total} fields are`;
  const cut = total > shown.length ? ` The first ${shown.length} are listed.` : '';
  return httpProblem('validation_failed', `${count} unknown, missing or invalid. Nothing was stored.${cut}`, { errors: shown });
}
