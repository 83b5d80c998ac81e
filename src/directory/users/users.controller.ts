import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ProtectedResource, RequireScopes } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { InZone, Origin } from '../../platform/http/index.js';
import { ADMINISTRATION_PROBLEMS, ApiProblems, IdPipe } from '../administration/index.js';
import { UserDocument } from './dto/user.dto.js';
import { Users } from './users.service.js';

const ID = { name: 'id', description: 'Id of the person.', example: 'usr_01kamx4f5ye8wvq3m2ts6dgn0h' };
const { operator_only } = ADMINISTRATION_PROBLEMS;

/** People across organizations: for operators. An organization sees its own as members. */
@ApiTags('Management: members')
@InZone('external')
@ProtectedResource('management')
@Controller('v1/users')
export class UsersController {
  constructor(private readonly users: Users) {}

  @Get(':id')
  @RequireScopes('read:members')
  @ApiOperation({ operationId: 'getUser', summary: 'Get a person', description: 'With the organizations they can act in. Operators only.' })
  @ApiParam(ID)
  @ApiOkResponse({ type: UserDocument })
  @ApiProblems({ operator_only }, 'not_found')
  get(@Caller() caller: Caller, @Param('id', new IdPipe('usr')) id: string): Promise<UserDocument> {
    return this.users.get(caller, id);
  }

  @Post(':id/disable')
  @HttpCode(200)
  @RequireScopes('write:members')
  @ApiOperation({
    operationId: 'disableUser',
    summary: 'Disable a person everywhere',
    description: 'They cannot sign in, their sessions end at once, and no app acts for them. Operators only.',
  })
  @ApiParam(ID)
  @ApiOkResponse({ type: UserDocument })
  @ApiProblems({ operator_only }, 'not_found')
  disable(@Caller() caller: Caller, @Origin() origin: AuditOrigin, @Param('id', new IdPipe('usr')) id: string): Promise<UserDocument> {
    return this.users.setStatus(caller, origin, id, 'disabled');
  }

  @Post(':id/enable')
  @HttpCode(200)
  @RequireScopes('write:members')
  @ApiOperation({
    operationId: 'enableUser',
    summary: 'Enable a person',
    description: 'They can sign in again; sessions from before stay ended. Operators only.',
  })
  @ApiParam(ID)
  @ApiOkResponse({ type: UserDocument })
  @ApiProblems({ operator_only }, 'not_found')
  enable(@Caller() caller: Caller, @Origin() origin: AuditOrigin, @Param('id', new IdPipe('usr')) id: string): Promise<UserDocument> {
    return this.users.setStatus(caller, origin, id, 'active');
  }
}
