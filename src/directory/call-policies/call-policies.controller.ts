import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ProtectedResource, RequireScopes } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { InZone, ListQuery, Origin, type ListDocument } from '../../platform/http/index.js';
import { Idempotent, Submission } from '../../platform/idempotency/index.js';
import { ADMINISTRATION_PROBLEMS, ApiProblems, IdPipe } from '../administration/index.js';
import { CallExplanations } from './call-explanations.service.js';
import { CALL_POLICIES_PROBLEMS } from './call-policies.errors.js';
import { CallPolicies } from './call-policies.service.js';
import { CallExplanationDocument, ExplainQuery } from './dto/call-explanation.dto.js';
import { CallPolicyDocument, CallPolicyList } from './dto/call-policy.dto.js';
import { CreateCallPolicy, UpdateCallPolicy } from './dto/write-call-policy.dto.js';

const ID = { name: 'id', description: 'Id of the call policy.', example: 'pol_01kamx4f5ye8wvq3m2ts6dgn0h' };
const { operator_only } = ADMINISTRATION_PROBLEMS;

@ApiTags('Management: call policies')
@InZone('external')
@ProtectedResource('management')
@Controller('v1/call-policies')
export class CallPoliciesController {
  constructor(
    private readonly policies: CallPolicies,
    private readonly explanations: CallExplanations,
  ) {}

  @Post()
  @RequireScopes('write:call-policies')
  @Idempotent()
  @ApiOperation({
    operationId: 'createCallPolicy',
    summary: 'Let one microservice call another',
    description: 'What no policy allows is refused. There is one policy for each caller and target. Operators only.',
  })
  @ApiCreatedResponse({ type: CallPolicyDocument })
  @ApiProblems({ ...CALL_POLICIES_PROBLEMS, operator_only }, 'validation_failed')
  create(@Caller() caller: Caller, @Submission() submission: Submission, @Body() body: CreateCallPolicy): Promise<CallPolicyDocument> {
    return this.policies.create(caller, submission, body);
  }

  @Get()
  @RequireScopes('read:call-policies')
  @ApiOperation({ operationId: 'listCallPolicies', summary: 'List the call policies', description: 'Newest first. Operators only.' })
  @ApiOkResponse({ type: CallPolicyList })
  @ApiProblems({ operator_only })
  list(@Caller() caller: Caller, @Query() query: ListQuery): Promise<ListDocument<CallPolicyDocument>> {
    return this.policies.list(caller, query);
  }

  @Get('explain')
  @RequireScopes('read:call-policies')
  @ApiOperation({
    operationId: 'explainCall',
    summary: 'Whether a call is allowed, and why',
    description: 'Goes through the conditions of issuance in their order and names the first that fails. Operators only.',
  })
  @ApiOkResponse({ type: CallExplanationDocument })
  @ApiProblems({ operator_only }, 'validation_failed')
  explain(@Caller() caller: Caller, @Query() query: ExplainQuery): Promise<CallExplanationDocument> {
    return this.explanations.explain(caller, query);
  }

  @Get(':id')
  @RequireScopes('read:call-policies')
  @ApiOperation({ operationId: 'getCallPolicy', summary: 'Get a call policy', description: 'One of them. Operators only.' })
  @ApiParam(ID)
  @ApiOkResponse({ type: CallPolicyDocument })
  @ApiProblems({ operator_only }, 'not_found')
  get(@Caller() caller: Caller, @Param('id', new IdPipe('pol')) id: string): Promise<CallPolicyDocument> {
    return this.policies.get(caller, id);
  }

  @Patch(':id')
  @RequireScopes('write:call-policies')
  @ApiOperation({
    operationId: 'updateCallPolicy',
    summary: 'Change a call policy',
    description:
      'Changes the fields that are sent. Where less is allowed than before, the tokens it gave are refused within 2 s. Operators only.',
  })
  @ApiParam(ID)
  @ApiOkResponse({ type: CallPolicyDocument })
  @ApiProblems({ operator_only }, 'not_found', 'validation_failed')
  update(
    @Caller() caller: Caller,
    @Origin() origin: AuditOrigin,
    @Param('id', new IdPipe('pol')) id: string,
    @Body() body: UpdateCallPolicy,
  ): Promise<CallPolicyDocument> {
    return this.policies.update(caller, origin, id, body);
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireScopes('write:call-policies')
  @ApiOperation({
    operationId: 'deleteCallPolicy',
    summary: 'Delete a call policy',
    description: 'The call is refused from now on, and the tokens it gave are refused within 2 s. Operators only.',
  })
  @ApiParam(ID)
  @ApiNoContentResponse({ description: 'Deleted.' })
  @ApiProblems({ operator_only }, 'not_found')
  delete(@Caller() caller: Caller, @Origin() origin: AuditOrigin, @Param('id', new IdPipe('pol')) id: string): Promise<void> {
    return this.policies.delete(caller, origin, id);
  }
}
