import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Caller, ProtectedResource, RequireScopes } from '@countersign/guards';
import { InZone, type ListDocument } from '../http/index.js';
import { AuditEvents } from './audit-events.service.js';
import { AuditEventList, AuditEventsQuery, type AuditEventDocument } from './dto/audit-event.dto.js';

@ApiTags('Management: audit')
@InZone('external')
@ProtectedResource('management')
@Controller('v1/audit-events')
export class AuditEventsController {
  constructor(private readonly events: AuditEvents) {}

  @Get()
  @RequireScopes('read:audit-events')
  @ApiOperation({
    operationId: 'listAuditEvents',
    summary: 'List audit events',
    description: 'Newest first. Operators see everything; a caller that belongs to an organization sees the events of that one.',
  })
  @ApiOkResponse({ type: AuditEventList })
  list(@Caller() caller: Caller, @Query() query: AuditEventsQuery): Promise<ListDocument<AuditEventDocument>> {
    return this.events.list(caller, query);
  }
}
