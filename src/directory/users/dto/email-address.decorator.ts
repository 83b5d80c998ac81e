import { ValidateBy } from 'class-validator';
import { readEmail } from '../email.policy.js';

/** An e-mail address, however it is written. */
export function IsEmailAddress(): PropertyDecorator {
  return ValidateBy({
    name: 'isEmailAddress',
    validator: {
      validate: (value) => typeof value === 'string' && readEmail(value) !== undefined,
      defaultMessage: () => 'The email is not an e-mail address.',
    },
  });
}
