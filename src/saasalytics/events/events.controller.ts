import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Caller, ProtectedResource, RequireScopes } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { InZone, Origin } from '../../platform/http/index.js';
import { DocumentedProblems } from '../documented-problems.decorator.js';
import { IngestEventsRequest, IngestEventsResponse } from './dto/ingest-events.dto.js';
import { EventsService } from './events.service.js';

@InZone('external')
@ProtectedResource('analytics')
@ApiTags('Saasalytics: events')
@Controller('analytics/v1/events')
export class EventsController {
  constructor(private readonly events: EventsService) {}

  @Post()
  @HttpCode(200)
  @RequireScopes('write:customer-events')
  @ApiOperation({
    operationId: 'ingestEvents',
    summary: 'Send events of your customers',
    description:
      'Stores 1 to 1,000 events. An event whose id is already stored is counted as a duplicate and changes nothing, so a batch can be sent again after a lost answer. ' +
      'Customers that are new appear by themselves. One invalid event refuses the whole batch, and nothing is stored. Split a batch that is larger than 2 MiB.',
  })
  @ApiOkResponse({ type: IngestEventsResponse, description: 'The batch is stored.' })
  @DocumentedProblems('malformed_request', 'payload_too_large', 'validation_failed', 'service_unavailable')
  ingest(@Caller() caller: Caller, @Body() request: IngestEventsRequest, @Origin() origin: AuditOrigin): Promise<IngestEventsResponse> {
    return this.events.ingest(caller, request, origin);
  }
}
