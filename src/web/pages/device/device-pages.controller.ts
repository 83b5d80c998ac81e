import { Controller, Get, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiExcludeEndpoint, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '@countersign/guards';
import { ApiProblems } from '../../../directory/administration/index.js';
import { UserCodeForm } from '../../../issuer/device-authorization/index.js';
import { BySession, SESSIONS_PROBLEMS } from '../../../issuer/sessions/index.js';
import { InZone } from '../../../platform/http/index.js';
import { Device } from './device.js';

const { form_expired } = SESSIONS_PROBLEMS;

@ApiTags('Sign-in')
@InZone('external')
@Controller('device')
export class DevicePagesController {
  constructor(private readonly device: Device) {}

  @Get()
  @Public()
  @ApiExcludeEndpoint()
  show(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Query('user_code') userCode: unknown): Promise<void> {
    return this.device.show({ request, reply }, userCode);
  }

  @Post()
  @HttpCode(303)
  @BySession()
  @ApiOperation({
    operationId: 'confirmUserCode',
    summary: 'Enter the code that a device shows',
    description:
      'RFC 8628 §3.3. Sends the browser to the page that asks what the device may get; to the sign-in where nobody is signed in. Wrong codes count.',
  })
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiBody({ type: UserCodeForm })
  @ApiResponse({ status: 303, description: 'To the consent page. Where no device waits with this code, the page comes again (200).' })
  @ApiProblems({ form_expired }, 'rate_limited')
  confirm(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.device.confirm({ request, reply });
  }

  @Get('done')
  @Public()
  @ApiExcludeEndpoint()
  done(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.device.done({ request, reply });
  }

  @Get('refused')
  @Public()
  @ApiExcludeEndpoint()
  refused(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.device.refused({ request, reply });
  }
}
