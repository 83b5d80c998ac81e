import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import { pageOf, PlatformTransactions, TenantTransactions, type Transaction } from '../../platform/database/index.js';
import { httpProblem, listDocument, type ListDocument } from '../../platform/http/index.js';
import { isOperator } from '../administration/index.js';
import { ApiCatalogue } from '../api-resources/index.js';
import { UsageDocument } from './dto/usage.dto.js';
import type { UsageQuery } from './dto/usage-query.dto.js';
import { UsageRepository, type UsageDimension, type UsageFilter } from './usage.repository.js';

type Position = readonly [string, string];

const ROW_POSITION = /^(\d{4}-\d\d-\d\dT\d\d:00:00\.000Z)~([0-9a-f]{64})$/;
const SUM_POSITION = /^(\d{1,20})~([0-9a-f]{64})$/;

/** Shows what was called: everything to operators, the calls of its own clients to an organization. */
@Injectable()
export class Usage {
  constructor(
    private readonly platform: PlatformTransactions,
    private readonly tenants: TenantTransactions,
    private readonly repository: UsageRepository,
    private readonly catalogue: ApiCatalogue,
  ) {}

  list(caller: Caller, query: UsageQuery): Promise<ListDocument<UsageDocument>> {
    const { group_by: dimension } = query;
    const after = positionOf(query.after(), dimension === undefined ? ROW_POSITION : SUM_POSITION);
    const filter = query.toFilter(query.audience === undefined ? undefined : this.catalogue.find(query.audience)?.id);
    const page = { after, limit: query.limit };
    const work = (tx: Transaction): Promise<ListDocument<UsageDocument>> =>
      dimension === undefined ? this.rows(tx, filter, page) : this.sums(tx, dimension, filter, page);
    // Row-level security hides other organizations, whatever the filter asks for.
    return isOperator(caller) ? this.platform.run(work) : this.tenants.run(caller.orgId ?? '', work);
  }

  private async rows(tx: Transaction, filter: UsageFilter, { after, limit }: Page): Promise<ListDocument<UsageDocument>> {
    const rows = await this.repository.list(tx, filter, after, limit);
    return listDocument(
      pageOf(rows, limit, ({ hour, digest }) => `${hour.toISOString()}~${digest}`),
      (row) => UsageDocument.from(row, this.audienceOf(row.api_id)),
    );
  }

  private async sums(tx: Transaction, dimension: UsageDimension, filter: UsageFilter, page: Page): Promise<ListDocument<UsageDocument>> {
    const sums = await this.repository.sum(tx, dimension, filter, page);
    return listDocument(
      pageOf(sums, page.limit, ({ calls, key }) => `${calls}~${key}`),
      (sum) => UsageDocument.ofSum(sum, dimension, dimension === 'api' ? this.audienceOf(sum.value ?? '') : undefined),
    );
  }

  private audienceOf(apiId: string): string | undefined {
    return this.catalogue.byId(apiId)?.identifier;
  }
}

interface Page {
  readonly after: Position | undefined;
  readonly limit: number;
}

/** @throws Problem `malformed_request` for a cursor of another list. */
function positionOf(after: string | undefined, shape: RegExp): Position | undefined {
  if (after === undefined) return undefined;
  const [, first, second] = shape.exec(after) ?? [];
  if (first === undefined || second === undefined || Number.isNaN(Date.parse(first)))
    throw httpProblem('malformed_request', 'The cursor is not one that this list gave out. Start again without it.');
  return [first, second];
}
