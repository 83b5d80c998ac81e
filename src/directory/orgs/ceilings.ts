import { Injectable } from '@nestjs/common';
import type { ClientGrant } from '@countersign/oauth';
import { httpProblem } from '../../platform/http/index.js';
import { ApiCatalogue, resolveGrants } from '../api-resources/index.js';

/** Ceilings as administrators write them. */
@Injectable()
export class Ceilings {
  constructor(private readonly apis: ApiCatalogue) {}

  /** With the identifiers as registered. @throws Problem `validation_failed` when it names an unknown API or scope */
  check(ceiling: readonly ClientGrant[] | null): ClientGrant[] | null {
    if (ceiling === null) return null;
    const { resolved, mistakes } = resolveGrants(ceiling, (audience) => this.apis.find(audience), '/ceiling');
    if (mistakes.length > 0)
      throw httpProblem('validation_failed', 'The ceiling names what does not exist. Nothing was stored.', { errors: mistakes });
    return resolved.map(({ api, scopes }) => ({ audience: api.identifier, scopes }));
  }
}
