import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '@countersign/guards';
import { InZone } from '../../../platform/http/index.js';
import { Pages } from '../kit/index.js';
import { Join } from './join.js';
import { Login } from './login.js';
import { Logout } from './logout.js';
import { Reset } from './reset.js';

/** Pages with which people come and go. Their forms are sent to the routes of issuer/sessions. */
@ApiExcludeController()
@InZone('external')
@Controller()
export class SignInPagesController {
  constructor(
    private readonly pages: Pages,
    private readonly login: Login,
    private readonly join: Join,
    private readonly reset: Reset,
    private readonly logout: Logout,
  ) {}

  @Get()
  @Public()
  home(@Res() reply: FastifyReply): void {
    this.pages.redirect(reply, '/account');
  }

  @Get('login')
  @Public()
  showLogin(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Query() query: Record<string, unknown>): Promise<void> {
    return this.login.show({ request, reply }, query);
  }

  @Get('login/join')
  @Public()
  showJoin(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Query() query: Record<string, unknown>): Promise<void> {
    return this.join.show({ request, reply }, query);
  }

  @Get('login/reset')
  @Public()
  showReset(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Query() query: Record<string, unknown>): Promise<void> {
    return this.reset.show({ request, reply }, query);
  }

  @Get('logout')
  @Public()
  showLogout(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.logout.ask({ request, reply });
  }

  @Get('logout/done')
  @Public()
  showSignedOut(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.logout.done({ request, reply });
  }
}
