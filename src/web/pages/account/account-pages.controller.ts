import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '@countersign/guards';
import { InZone } from '../../../platform/http/index.js';
import { AccountPages } from './account-pages.js';

@ApiExcludeController()
@InZone('external')
@Controller('account')
export class AccountPagesController {
  constructor(private readonly pages: AccountPages) {}

  @Get()
  @Public()
  account(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Query('done') done: unknown): Promise<void> {
    return this.pages.account({ request, reply }, done);
  }

  @Get('apps/:id')
  @Public()
  app(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('id') id: string, @Query('done') done: unknown): Promise<void> {
    return this.pages.app({ request, reply }, id, done);
  }
}
