import { Injectable } from '@nestjs/common';
import { Registry } from '@countersign/oauth';
import type { Transaction } from '../../platform/database/index.js';

/** Counts what stops working when an organization is suspended. Each module that keeps things of organizations adds one. */
export interface OrgImpactPart {
  /** Name of the figure in the answer. */
  readonly name: string;
  count(tx: Transaction, orgId: string): Promise<number>;
}

@Injectable()
export class OrgImpact {
  private parts = new Registry<OrgImpactPart>('part of the impact', []);

  add(part: OrgImpactPart): void {
    this.parts = new Registry('part of the impact', [...this.parts, part]);
  }

  async of(tx: Transaction, orgId: string): Promise<Record<string, number>> {
    const figures: Record<string, number> = {};
    for (const part of this.parts) figures[part.name] = await part.count(tx, orgId);
    return figures;
  }
}
