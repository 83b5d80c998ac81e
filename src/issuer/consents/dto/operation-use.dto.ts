import { ApiProperty } from '@nestjs/swagger';
import type { OperationUse } from '../../../directory/usage/index.js';

/** What an app called, as the guards of the API name it: an operation, or a tool. */
export class OperationUseDocument {
  @ApiProperty({
    description:
      'Name of the operation or tool; `other` for those beyond the first 50. What only connects to an MCP server or lists what it has counts as a call and has no entry.',
    example: 'query_metrics',
  })
  operation!: string;

  @ApiProperty({ type: 'integer', description: 'Calls that were let in.', example: 42 })
  calls!: number;

  @ApiProperty({ type: 'integer', description: 'Calls that were denied, because what was allowed was not enough for them.', example: 0 })
  denials!: number;

  @ApiProperty({ format: 'date-time', description: 'The minute of the last one, let in or denied.', example: '2026-11-22T08:41:00.000Z' })
  last_at!: string;

  static from({ operation, calls, denials, lastAt }: OperationUse): OperationUseDocument {
    return { operation, calls, denials, last_at: lastAt.toISOString() };
  }
}
