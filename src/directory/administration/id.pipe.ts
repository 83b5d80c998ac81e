import { Injectable, type PipeTransform } from '@nestjs/common';
import { isId, type IdPrefix } from '../../platform/crypto/index.js';
import { notFound } from './administrator.js';

/** An id in a path. One of the wrong shape names nothing, so it is 404 and never reaches the database. */
@Injectable()
export class IdPipe implements PipeTransform<string, string> {
  private readonly prefixes: readonly IdPrefix[];

  /** @param prefixes one of them will do */
  constructor(...prefixes: [IdPrefix, ...IdPrefix[]]) {
    this.prefixes = prefixes;
  }

  transform(value: string): string {
    if (!this.prefixes.some((prefix) => isId(value, prefix))) throw notFound();
    return value;
  }
}
