import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ProtectedResource, RequireScopes } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { InZone, ListQuery, Origin, type ListDocument } from '../../platform/http/index.js';
import { Idempotent, Submission } from '../../platform/idempotency/index.js';
import { ApiProblems, IdPipe } from '../administration/index.js';
import { ORGS_PROBLEMS } from '../orgs/index.js';
import { InvitedMemberDocument, MemberDocument, MemberList } from './dto/member.dto.js';
import { InviteAgain, InviteMember, UpdateMember } from './dto/write-member.dto.js';
import { MemberChanges } from './member-changes.service.js';
import { Members } from './members.service.js';
import { USERS_PROBLEMS } from './users.errors.js';

const ORG_ID = { name: 'org_id', description: 'Id of the organization.', example: 'org_01kamx4f5ye8wvq3m2ts6dgn0h' };
const ID = { name: 'id', description: 'Id of the membership.', example: 'mem_01kamx4f5ye8wvq3m2ts6dgn0h' };
const { member_exists, already_joined, last_admin, not_joined } = USERS_PROBLEMS;
const { org_suspended } = ORGS_PROBLEMS;

@ApiTags('Management: members')
@InZone('external')
@ProtectedResource('management')
@Controller('v1/orgs/:org_id/members')
export class MembersController {
  constructor(
    private readonly members: Members,
    private readonly changes: MemberChanges,
  ) {}

  @Post()
  @RequireScopes('write:members')
  @Idempotent()
  @ApiOperation({
    operationId: 'inviteMember',
    summary: 'Invite a member',
    description:
      'Answers a link by which one person joins; send it to them yourself. Somebody who has a password here already joins with that one, everybody else chooses one.',
  })
  @ApiParam(ORG_ID)
  @ApiCreatedResponse({ type: InvitedMemberDocument })
  @ApiProblems({ member_exists, org_suspended }, 'not_found', 'validation_failed')
  invite(
    @Caller() caller: Caller,
    @Submission() submission: Submission,
    @Param('org_id', new IdPipe('org')) orgId: string,
    @Body() body: InviteMember,
  ): Promise<InvitedMemberDocument> {
    return this.members.invite(caller, submission, orgId, body);
  }

  @Get()
  @RequireScopes('read:members')
  @ApiOperation({ operationId: 'listMembers', summary: 'List the members', description: 'Joined and invited ones, newest first.' })
  @ApiParam(ORG_ID)
  @ApiOkResponse({ type: MemberList })
  @ApiProblems({}, 'not_found')
  list(
    @Caller() caller: Caller,
    @Param('org_id', new IdPipe('org')) orgId: string,
    @Query() query: ListQuery,
  ): Promise<ListDocument<MemberDocument>> {
    return this.members.list(caller, orgId, query);
  }

  @Get(':id')
  @RequireScopes('read:members')
  @ApiOperation({ operationId: 'getMember', summary: 'Get a member', description: 'With the hint of the link while they have not joined.' })
  @ApiParam(ORG_ID)
  @ApiParam(ID)
  @ApiOkResponse({ type: MemberDocument })
  @ApiProblems({}, 'not_found')
  get(
    @Caller() caller: Caller,
    @Param('org_id', new IdPipe('org')) orgId: string,
    @Param('id', new IdPipe('mem')) id: string,
  ): Promise<MemberDocument> {
    return this.members.get(caller, orgId, id);
  }

  @Patch(':id')
  @RequireScopes('write:members')
  @ApiOperation({
    operationId: 'updateMember',
    summary: 'Change the role of a member',
    description: 'Counts from the next request on.',
  })
  @ApiParam(ORG_ID)
  @ApiParam(ID)
  @ApiOkResponse({ type: MemberDocument })
  @ApiProblems({ last_admin }, 'not_found', 'validation_failed')
  update(
    @Caller() caller: Caller,
    @Origin() origin: AuditOrigin,
    @Param('org_id', new IdPipe('org')) orgId: string,
    @Param('id', new IdPipe('mem')) id: string,
    @Body() body: UpdateMember,
  ): Promise<MemberDocument> {
    return this.changes.update(caller, origin, { orgId, id }, body);
  }

  @Post(':id/invite')
  @RequireScopes('write:members')
  @Idempotent()
  @ApiOperation({
    operationId: 'inviteMemberAgain',
    summary: 'Invite a member again',
    description: 'Answers a new link; the one before stops working. For somebody who has not joined yet.',
  })
  @ApiParam(ORG_ID)
  @ApiParam(ID)
  @ApiCreatedResponse({ type: InvitedMemberDocument })
  @ApiProblems({ already_joined, org_suspended }, 'not_found', 'validation_failed')
  inviteAgain(
    @Caller() caller: Caller,
    @Submission() submission: Submission,
    @Param('org_id', new IdPipe('org')) orgId: string,
    @Param('id', new IdPipe('mem')) id: string,
    @Body() body: InviteAgain,
  ): Promise<InvitedMemberDocument> {
    return this.members.inviteAgain(caller, submission, { orgId, id }, body);
  }

  @Post(':id/disable')
  @HttpCode(200)
  @RequireScopes('write:members')
  @ApiOperation({
    operationId: 'disableMember',
    summary: 'Disable a member',
    description: 'They can no longer act in this organization, nor can an app for them. They can be enabled again.',
  })
  @ApiParam(ORG_ID)
  @ApiParam(ID)
  @ApiOkResponse({ type: MemberDocument })
  @ApiProblems({ last_admin, not_joined }, 'not_found')
  disable(
    @Caller() caller: Caller,
    @Origin() origin: AuditOrigin,
    @Param('org_id', new IdPipe('org')) orgId: string,
    @Param('id', new IdPipe('mem')) id: string,
  ): Promise<MemberDocument> {
    return this.changes.setStatus(caller, origin, { orgId, id }, 'disabled');
  }

  @Post(':id/enable')
  @HttpCode(200)
  @RequireScopes('write:members')
  @ApiOperation({ operationId: 'enableMember', summary: 'Enable a member', description: 'They can act in this organization again.' })
  @ApiParam(ORG_ID)
  @ApiParam(ID)
  @ApiOkResponse({ type: MemberDocument })
  @ApiProblems({ not_joined }, 'not_found')
  enable(
    @Caller() caller: Caller,
    @Origin() origin: AuditOrigin,
    @Param('org_id', new IdPipe('org')) orgId: string,
    @Param('id', new IdPipe('mem')) id: string,
  ): Promise<MemberDocument> {
    return this.changes.setStatus(caller, origin, { orgId, id }, 'active');
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireScopes('write:members')
  @ApiOperation({
    operationId: 'removeMember',
    summary: 'Remove a member, or take an invitation back',
    description:
      'They can no longer act in this organization, and their link stops working. Other organizations of theirs are not touched.',
  })
  @ApiParam(ORG_ID)
  @ApiParam(ID)
  @ApiNoContentResponse({ description: 'Removed.' })
  @ApiProblems({ last_admin }, 'not_found')
  remove(
    @Caller() caller: Caller,
    @Origin() origin: AuditOrigin,
    @Param('org_id', new IdPipe('org')) orgId: string,
    @Param('id', new IdPipe('mem')) id: string,
  ): Promise<void> {
    return this.changes.remove(caller, origin, { orgId, id });
  }
}
