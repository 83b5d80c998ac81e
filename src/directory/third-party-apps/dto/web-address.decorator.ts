import { ValidateBy } from 'class-validator';

const MAX_LENGTH = 2_048;

export function isWebAddress(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > MAX_LENGTH || !/^[\x21-\x7E]+$/.test(value) || !URL.canParse(value)) return false;
  const url = new URL(value);
  return url.protocol === 'https:' && url.username === '' && url.password === '';
}

/** A page that people are shown the way to: https and nothing else, so that no link runs a script. */
export function IsWebAddress(): PropertyDecorator {
  return ValidateBy({
    name: 'isWebAddress',
    validator: {
      validate: isWebAddress,
      defaultMessage: (args) => `${args?.property ?? 'The address'} is not an https URL of at most ${MAX_LENGTH} characters.`,
    },
  });
}
