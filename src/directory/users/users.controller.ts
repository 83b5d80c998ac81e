import { Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ProtectedResource, RequireScopes } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { InZone, Origin, type ListDocument } from '../../platform/http/index.js';
import { ADMINISTRATION_PROBLEMS, ApiProblems, IdPipe } from '../administration/index.js';
import { PasswordResetDocument, UserDocument, UserList, UserQuery } from './dto/user.dto.js';
import { USERS_PROBLEMS } from './users.errors.js';
import { Users } from './users.service.js';

const ID = { name: 'id', description: 'Id of the person.', example: 'usr_01kamx4f5ye8wvq3m2ts6dgn0h' };
const { operator_only } = ADMINISTRATION_PROBLEMS;
const { no_password } = USERS_PROBLEMS;

/** People across organizations: for operators. An organization sees its own as members. */
@ApiTags('Management: members')
@InZone('external')
@ProtectedResource('management')
@Controller('v1/users')
export class UsersController {
  constructor(private readonly users: Users) {}

  @Get()
  @RequireScopes('read:members')
  @ApiOperation({
    operationId: 'listUsers',
    summary: 'Find people by e-mail address',
    description:
      'Newest first. More than one may show an address: whoever comes by another identity provider is a person apart. Operators only.',
  })
  @ApiOkResponse({ type: UserList })
  @ApiProblems({ operator_only }, 'validation_failed')
  list(@Caller() caller: Caller, @Query() query: UserQuery): Promise<ListDocument<UserDocument>> {
    return this.users.list(caller, query);
  }

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

  @Post(':id/password-reset')
  @RequireScopes('write:members')
  @ApiOperation({
    operationId: 'resetUserPassword',
    summary: 'Let a person choose a new password',
    description:
      'Answers a link that sets a password once, within a day; hand it to the person yourself. The link before it stops working. Using it ends all sessions of the person, and apps have to ask them again. Operators only.',
  })
  @ApiParam(ID)
  @ApiCreatedResponse({ type: PasswordResetDocument })
  @ApiProblems({ no_password, operator_only }, 'not_found')
  resetPassword(
    @Caller() caller: Caller,
    @Origin() origin: AuditOrigin,
    @Param('id', new IdPipe('usr')) id: string,
  ): Promise<PasswordResetDocument> {
    return this.users.resetPassword(caller, origin, id);
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireScopes('write:members')
  @ApiOperation({
    operationId: 'deleteUser',
    summary: 'Delete a person',
    description:
      'They leave all organizations, what they allowed ends, and their e-mail address can be used by somebody else. The audit log keeps what they did. Operators only.',
  })
  @ApiParam(ID)
  @ApiNoContentResponse({ description: 'Deleted.' })
  @ApiProblems({ operator_only }, 'not_found')
  remove(@Caller() caller: Caller, @Origin() origin: AuditOrigin, @Param('id', new IdPipe('usr')) id: string): Promise<void> {
    return this.users.remove(caller, origin, id);
  }
}
