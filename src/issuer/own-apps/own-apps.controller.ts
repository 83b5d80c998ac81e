import { Controller, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiProblems, IdPipe } from '../../directory/administration/index.js';
import { InZone } from '../../platform/http/index.js';
import { BySession, CsrfForm, SESSIONS_PROBLEMS } from '../sessions/index.js';
import { NarrowOwnAppForm, OwnAppList } from './dto/own-app.dto.js';
import { OwnAppForms } from './own-app-forms.js';

const FORM = 'application/x-www-form-urlencoded';
const { form_expired, sign_in_required } = SESSIONS_PROBLEMS;
const SEE_OTHER = { status: 303, description: 'Done; Location says where to go on.' };
const ID = { name: 'id', description: 'Id of the consent.', example: 'con_01kamx4f5ye8wvq3m2ts6dgn0h' };

/** The apps that a person allowed something. The session's cookie is what counts here, never a token. */
@ApiTags('Sign-in')
@InZone('external')
@Controller('account/apps')
export class OwnAppsController {
  constructor(private readonly forms: OwnAppForms) {}

  @Get()
  @BySession()
  @ApiOperation({
    operationId: 'listOwnApps',
    summary: 'My apps',
    description: 'What I allowed apps in all of my organizations, newest first, and what each did with it. At most 500.',
  })
  @ApiOkResponse({ type: OwnAppList })
  @ApiProblems({ sign_in_required })
  list(@Req() request: FastifyRequest): Promise<OwnAppList> {
    return this.forms.list(request);
  }

  @Post(':id/revoke')
  @HttpCode(303)
  @BySession()
  @ApiOperation({
    operationId: 'revokeOwnApp',
    summary: 'Revoke what I allowed an app',
    description: 'Its tokens are refused within 2 s, its refresh tokens at once. It has to ask me anew.',
  })
  @ApiParam(ID)
  @ApiConsumes(FORM)
  @ApiBody({ type: CsrfForm })
  @ApiResponse(SEE_OTHER)
  @ApiProblems({ form_expired, sign_in_required }, 'not_found')
  revoke(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id', new IdPipe('con')) id: string,
  ): Promise<void> {
    return this.forms.revoke(request, reply, id);
  }

  @Post(':id/narrow')
  @HttpCode(303)
  @BySession()
  @ApiOperation({
    operationId: 'narrowOwnApp',
    summary: 'Narrow what I allowed an app',
    description: 'Takes away all scopes but those that are sent; without any, it is revoked. Nothing can be added here.',
  })
  @ApiParam(ID)
  @ApiConsumes(FORM)
  @ApiBody({ type: NarrowOwnAppForm })
  @ApiResponse(SEE_OTHER)
  @ApiProblems({ form_expired, sign_in_required }, 'not_found')
  narrow(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id', new IdPipe('con')) id: string,
  ): Promise<void> {
    return this.forms.narrow(request, reply, id);
  }
}
