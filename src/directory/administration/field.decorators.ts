import { applyDecorators } from '@nestjs/common';
import { IsString, Length, Matches, ValidateIf } from 'class-validator';

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

/** Text that people read: no control characters, not empty. */
export function IsDisplayText(maxLength: number): PropertyDecorator {
  return applyDecorators(
    Matches(HAS_TEXT, { message: 'The text is empty.' }),
    Matches(SAFE_TEXT, { message: 'The text holds control characters.' }),
    Length(1, maxLength),
    IsString(),
  );
}
