import { ValidateBy, ValidateIf } from 'class-validator';

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

/** Text that people read: no control characters, not blank. */
export function IsDisplayText(maxLength: number): PropertyDecorator {
  return ValidateBy({
    name: 'isDisplayText',
    validator: {
      validate: (value: unknown) => mistakeIn(value, maxLength) === undefined,
      defaultMessage: (args) => `${args?.property ?? 'The text'} ${mistakeIn(args?.value, maxLength) ?? 'is fine'}.`,
    },
  });
}

function mistakeIn(value: unknown, maxLength: number): string | undefined {
  if (value === undefined) return 'is missing';
  if (typeof value !== 'string') return 'must be a string';
  if (!HAS_TEXT.test(value)) return 'is empty';
  if (value.length > maxLength) return `is longer than ${maxLength} characters`;
  return SAFE_TEXT.test(value) ? undefined : 'holds control characters';
}
