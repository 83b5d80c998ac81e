import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
import { decodeCursor, type Page } from '../database/index.js';
import { httpProblem } from './problem.js';

/** `?limit=&cursor=` of every list. */
export class ListQuery {
  @ApiPropertyOptional({ minimum: 1, maximum: 100, default: 20, description: 'Rows on a page.' })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100)
  limit: number = 20;

  @ApiPropertyOptional({ description: 'next_cursor of the page before.', example: 'c3BfMDFraDV...' })
  @IsOptional()
  @IsString()
  cursor?: string;

  /** The key after which the page starts. @throws Problem `malformed_request` */
  after(): string | undefined {
    if (this.cursor === undefined) return undefined;
    const key = decodeCursor(this.cursor);
    if (key === undefined) throw httpProblem('malformed_request', 'The cursor is not one that this API gave out. Start again without it.');
    return key;
  }
}

/** The body of every list. */
export interface ListDocument<T> {
  data: T[];
  next_cursor: string | null;
}

export function listDocument<T, D>(page: Page<T>, toDocument: (item: T) => D): ListDocument<D> {
  return { data: page.items.map(toDocument), next_cursor: page.nextCursor ?? null };
}
