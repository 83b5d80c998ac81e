import { ValidationPipe, type ValidationError } from '@nestjs/common';
import { httpProblem, type ProblemItem } from './problem.js';

const MAX_ITEMS = 20;
const FIXES: Readonly<Record<string, string>> = {
  whitelistValidation: 'Remove the field; the API documentation lists those that exist.',
  isNotEmpty: 'Send a value that is not empty.',
  isString: 'Send a string.',
  isInt: 'Send a whole number.',
  isArray: 'Send an array.',
  isBoolean: 'Send true or false.',
  isIn: 'Use one of the values named.',
  isEnum: 'Use one of the values named.',
};

/** Every body and query is checked against its DTO; unknown fields are refused, so nothing can be assigned by accident. */
export function createValidationPipe(): ValidationPipe {
  return new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    // Enum-typed parameters are plain strings at run time; the whitelist refuses what is unknown.
    forbidUnknownValues: false,
    stopAtFirstError: true,
    validationError: { target: false, value: false },
    exceptionFactory: (errors) => {
      const items = errors.flatMap((error) => flatten(error, '')).slice(0, MAX_ITEMS);
      return httpProblem(
        'validation_failed',
        `${items.length === 1 ? 'One field is' : `${items.length} fields are`} unknown, missing or invalid. Nothing was stored.`,
        { errors: items },
      );
    },
  });
}

function flatten(error: ValidationError, parent: string): ProblemItem[] {
  const location = `${parent}/${pointer(error.property)}`;
  const own = Object.entries(error.constraints ?? {}).map(([name, message]) => ({
    location,
    message: name === 'whitelistValidation' ? 'There is no such field.' : sentence(message),
    fix: FIXES[name] ?? 'Correct the value.',
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => flatten(child, location))];
}

// RFC 6901 §3: ~ and / are escaped.
function pointer(property: string): string {
  return property.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1');
}

function sentence(message: string): string {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return text.endsWith('.') ? text : `${text}.`;
}
