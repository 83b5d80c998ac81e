import { Controller, Get, HttpStatus, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '@countersign/guards';
import { InZone } from '../http/index.js';
import { Readiness, type ReadinessReport } from './readiness.js';

@ApiTags('Operations')
@InZone('external', 'internal')
@Public()
@Controller('health')
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  @Get('live')
  @ApiOperation({
    operationId: 'getLiveness',
    summary: 'Whether the process runs',
    description: 'Stays 200 while the database is down: restarting would not help.',
  })
  @ApiOkResponse({ schema: { type: 'object', properties: { status: { type: 'string', example: 'ok' } } } })
  live(): { status: string } {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({
    operationId: 'getReadiness',
    summary: 'Whether the process can serve requests',
    description: 'Names each check: the database, a usable signing key, and whether new requests are accepted.',
  })
  @ApiOkResponse({ schema: { type: 'object', example: { ready: true, checks: { database: 'ok', signing_keys: 'ok', accepting: 'ok' } } } })
  @ApiServiceUnavailableResponse({ description: 'Some check fails.' })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<ReadinessReport> {
    const report = await this.readiness.report();
    void reply.status(report.ready ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE);
    return report;
  }
}
