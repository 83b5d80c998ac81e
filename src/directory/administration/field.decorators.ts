import { isScopeToken, isServiceName } from '@countersign/oauth';
import { ValidateBy, ValidateIf, type ValidationOptions } from 'class-validator';

// Control characters, line separators and bidi marks: a name must not write log lines or reorder what people read.
const SAFE_TEXT = /^[^\p{Cc}\p{Cs}\u2028\u2029\u202A-\u202E\u2066-\u2069]*$/u;
const HAS_TEXT = /\S/u;

/** The field may be left out, but not sent as null. */
export function Omittable(): PropertyDecorator {
  return ValidateIf((_: object, value: unknown) => value !== undefined);
}

/** The field may be left out or sent as null, which clears it. */
export function Clearable(): PropertyDecorator {
  return ValidateIf((_: object, value: unknown) => value !== undefined && value !== null);
}

const MAX_SCOPE_LENGTH = 128;

export function IsServiceName(options?: ValidationOptions): PropertyDecorator {
  return textThat('isServiceName', isServiceName, 'A service name is not 1 to 63 lower-case letters, digits and hyphens.', options);
}

/** One scope of an API (RFC 6749 §3.3), of a length that fits our tables. */
export function IsScopeName(options?: ValidationOptions): PropertyDecorator {
  const isScopeName = (text: string): boolean => text.length <= MAX_SCOPE_LENGTH && isScopeToken(text);
  return textThat('isScopeName', isScopeName, 'A scope is not 1 to 128 visible ASCII characters without quotes and backslashes.', options);
}

function textThat(name: string, accepts: (text: string) => boolean, mistake: string, options?: ValidationOptions): PropertyDecorator {
  const validate = (value: unknown): boolean => typeof value === 'string' && accepts(value);
  return ValidateBy({ name, validator: { validate, defaultMessage: () => mistake } }, options);
}

/** Text that people read: no control characters, not blank. */
export function IsDisplayText(maxLength: number): PropertyDecorator {
  return ValidateBy({
    name: 'isDisplayText',
    validator: {
      validate: (value: unknown) => mistakeOfDisplayText(value, maxLength) === undefined,
      defaultMessage: (args) => `${args?.property ?? 'The text'} ${mistakeOfDisplayText(args?.value, maxLength) ?? 'is fine'}.`,
    },
  });
}

/** What is wrong with text for people, after its name; undefined where nothing is. */
export function mistakeOfDisplayText(value: unknown, maxLength: number): string | undefined {
  if (value === undefined) return 'is missing';
  if (typeof value !== 'string') return 'must be a string';
  if (!HAS_TEXT.test(value)) return 'is empty';
  if (value.length > maxLength) return `is longer than ${maxLength} characters`;
  return SAFE_TEXT.test(value) ? undefined : 'holds control characters';
}
