import { Injectable, ValidationPipe, type ArgumentMetadata, type ValidationError } from '@nestjs/common';
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
  return new PlainDataPipe({
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

/** Looks at a value before class-transformer drops, and class-validator overlooks, names that every object inherits. */
@Injectable()
class PlainDataPipe extends ValidationPipe {
  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    // A form reaches this far as text, so that a caller without credentials is told 401 first.
    if (metadata.type === 'body' && typeof value === 'string')
      throw httpProblem('unsupported_media_type', 'Send a JSON object as application/json.');
    if (this.toValidate(metadata)) requirePlainData(value);
    return super.transform(value, metadata);
  }
}

// By a list, not by recursion; refuseUnusableBody has limited the depth already.
function requirePlainData(value: unknown): void {
  const rest = [{ value, location: '' }];
  for (let next = rest.pop(); next; next = rest.pop()) {
    if (typeof next.value !== 'object' || next.value === null) continue;
    for (const [name, member] of Object.entries(next.value)) {
      const location = `${next.location}/${pointer(name)}`;
      if (name in Object.prototype || name === 'prototype') throw unknownField(location);
      rest.push({ value: member, location });
    }
  }
}

function unknownField(location: string): Error {
  const item = { location, message: 'There is no such field.', fix: FIXES['whitelistValidation'] ?? 'Remove the field.' };
  return httpProblem('validation_failed', 'One field is unknown, missing or invalid. Nothing was stored.', { errors: [item] });
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
