import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Caller, ProtectedResource, RequireScopes } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { InZone, Origin } from '../../platform/http/index.js';
import { PeriodRequest, type RollupResponse } from './dto/internal-call.dto.js';
import { RollupsService } from './rollups.service.js';

/** The dashboards service, as event-processing calls it. The public documentation does not know it. */
@ApiExcludeController()
@InZone('internal')
@ProtectedResource('dashboards')
@Controller('internal/analytics/rollups')
export class RollupsController {
  constructor(private readonly rollups: RollupsService) {}

  @Post()
  @HttpCode(200)
  @RequireScopes('write:rollups')
  rollUp(@Caller() caller: Caller, @Body() request: PeriodRequest, @Origin() origin: AuditOrigin): Promise<RollupResponse> {
    return this.rollups.rollUp(caller, request, origin);
  }
}
