import { Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '@countersign/guards';
import { InZone } from '../../../platform/http/index.js';
import { TokenPages } from './token-pages.js';

@ApiExcludeController()
@InZone('external')
@Controller('account/tokens')
export class TokenPagesController {
  constructor(private readonly pages: TokenPages) {}

  @Get('new')
  @Public()
  show(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Query() query: Record<string, unknown>): Promise<void> {
    return this.pages.show({ request, reply }, query);
  }

  @Post()
  @Public()
  make(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.pages.make({ request, reply });
  }

  @Post(':id/revoke')
  @HttpCode(303)
  @Public()
  revoke(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply, @Param('id') id: string): Promise<void> {
    return this.pages.revoke({ request, reply }, id);
  }
}
