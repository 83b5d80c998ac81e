import { Injectable, type PipeTransform } from '@nestjs/common';
import { isClientIdUrl, MAX_CLIENT_ID_URL_LENGTH } from '@countersign/oauth';
import { isId } from '../../platform/crypto/index.js';
import { notFound } from '../administration/index.js';

/** Whether something has the form of the id of an app: one that was made here, or the address at which an app describes itself. */
export function isAppId(value: string): boolean {
  return isId(value, 'app') || (isClientIdUrl(value) && value.length <= MAX_CLIENT_ID_URL_LENGTH);
}

/** The id of an app in a path, an address percent-encoded. */
@Injectable()
export class AppIdPipe implements PipeTransform<string, string> {
  transform(value: string): string {
    if (!isAppId(value)) throw notFound();
    return value;
  }
}
