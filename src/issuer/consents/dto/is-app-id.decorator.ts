import { ValidateBy, type ValidationOptions } from 'class-validator';
import { isAppId } from '../../../directory/third-party-apps/index.js';

/** The id of an app, also of one whose id is an address. */
export function IsAppId(options?: ValidationOptions): PropertyDecorator {
  const validate = (value: unknown): boolean => typeof value === 'string' && isAppId(value);
  return ValidateBy({ name: 'isAppId', validator: { validate, defaultMessage: () => 'It is not the id of an app.' } }, options);
}
