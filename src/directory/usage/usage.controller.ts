import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Caller, ProtectedResource, RequireScopes } from '@countersign/guards';
import { InZone, type ListDocument } from '../../platform/http/index.js';
import { ApiProblems } from '../administration/index.js';
import { UsageList, type UsageDocument } from './dto/usage.dto.js';
import { UsageQuery } from './dto/usage-query.dto.js';
import { Usage } from './usage.service.js';

@ApiTags('Management: usage')
@InZone('external')
@ProtectedResource('management')
@Controller('v1/usage')
export class UsageController {
  constructor(private readonly usage: Usage) {}

  @Get()
  @RequireScopes('read:usage')
  @ApiOperation({
    operationId: 'listUsage',
    summary: 'List what was called',
    description:
      'Calls per hour as the guards of the APIs report them, about a minute later. Operators see everything; a caller that belongs to an organization sees the calls of its clients, and of apps that its people allowed.',
  })
  @ApiOkResponse({ type: UsageList })
  @ApiProblems({}, 'malformed_request', 'validation_failed')
  list(@Caller() caller: Caller, @Query() query: UsageQuery): Promise<ListDocument<UsageDocument>> {
    return this.usage.list(caller, query);
  }
}
