import { Body, Controller, Post } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Caller, ProtectedResource, RequireScopes } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { InZone, Origin } from '../../platform/http/index.js';
import { PeriodRequest, type ExportResponse } from './dto/internal-call.dto.js';
import { ExportsService } from './exports.service.js';

/** The export service, as billing calls it. The public documentation does not know it. */
@ApiExcludeController()
@InZone('internal')
@ProtectedResource('export')
@Controller('internal/export')
export class ExportsController {
  constructor(private readonly exports: ExportsService) {}

  @Post('start')
  @RequireScopes('start:export')
  start(@Caller() caller: Caller, @Body() request: PeriodRequest, @Origin() origin: AuditOrigin): Promise<ExportResponse> {
    return this.exports.start(caller, request, origin);
  }
}
