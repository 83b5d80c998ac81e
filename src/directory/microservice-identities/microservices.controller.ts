import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ProtectedResource, RequireScopes } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { InZone, ListQuery, Origin, type ListDocument } from '../../platform/http/index.js';
import { Idempotent, Submission } from '../../platform/idempotency/index.js';
import { ADMINISTRATION_PROBLEMS, ApiProblems, IdPipe } from '../administration/index.js';
import { MicroserviceDocument, MicroserviceList } from './dto/microservice.dto.js';
import { CreateMicroservice, UpdateMicroservice } from './dto/write-microservice.dto.js';
import { MICROSERVICES_PROBLEMS } from './microservices.errors.js';
import { Microservices } from './microservices.service.js';

const ID = { name: 'id', description: 'Id of the microservice.', example: 'svc_01kamx4f5ye8wvq3m2ts6dgn0h' };
const { operator_only } = ADMINISTRATION_PROBLEMS;
const { microservice_exists } = MICROSERVICES_PROBLEMS;

@ApiTags('Management: microservices')
@InZone('external')
@ProtectedResource('management')
@Controller('v1/microservices')
export class MicroservicesController {
  constructor(private readonly microservices: Microservices) {}

  @Post()
  @RequireScopes('write:microservices')
  @Idempotent()
  @ApiOperation({
    operationId: 'createMicroservice',
    summary: 'Register a microservice',
    description: 'One of our own services, as a caller in the internal zone. What it may call is decided by call policies. Operators only.',
  })
  @ApiCreatedResponse({ type: MicroserviceDocument })
  @ApiProblems({ microservice_exists, operator_only }, 'validation_failed')
  create(@Caller() caller: Caller, @Submission() submission: Submission, @Body() body: CreateMicroservice): Promise<MicroserviceDocument> {
    return this.microservices.create(caller, submission, body);
  }

  @Get()
  @RequireScopes('read:microservices')
  @ApiOperation({ operationId: 'listMicroservices', summary: 'List the microservices', description: 'Newest first. Operators only.' })
  @ApiOkResponse({ type: MicroserviceList })
  @ApiProblems({ operator_only })
  list(@Caller() caller: Caller, @Query() query: ListQuery): Promise<ListDocument<MicroserviceDocument>> {
    return this.microservices.list(caller, query);
  }

  @Get(':id')
  @RequireScopes('read:microservices')
  @ApiOperation({ operationId: 'getMicroservice', summary: 'Get a microservice', description: 'With its public keys. Operators only.' })
  @ApiParam(ID)
  @ApiOkResponse({ type: MicroserviceDocument })
  @ApiProblems({ operator_only }, 'not_found')
  get(@Caller() caller: Caller, @Param('id', new IdPipe('svc')) id: string): Promise<MicroserviceDocument> {
    return this.microservices.get(caller, id);
  }

  @Patch(':id')
  @RequireScopes('write:microservices')
  @ApiOperation({
    operationId: 'updateMicroservice',
    summary: 'Change a microservice',
    description:
      'Changes the fields that are sent. Tokens got with a key that is removed, or by another method than the new one, are refused within 2 s. Operators only.',
  })
  @ApiParam(ID)
  @ApiOkResponse({ type: MicroserviceDocument })
  @ApiProblems({ microservice_exists, operator_only }, 'not_found', 'validation_failed')
  update(
    @Caller() caller: Caller,
    @Origin() origin: AuditOrigin,
    @Param('id', new IdPipe('svc')) id: string,
    @Body() body: UpdateMicroservice,
  ): Promise<MicroserviceDocument> {
    return this.microservices.update(caller, origin, id, body);
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireScopes('write:microservices')
  @ApiOperation({
    operationId: 'deleteMicroservice',
    summary: 'Delete a microservice',
    description: 'Its call policies go with it, and the tokens it has are refused within 2 s. Operators only.',
  })
  @ApiParam(ID)
  @ApiNoContentResponse({ description: 'Deleted.' })
  @ApiProblems({ operator_only }, 'not_found')
  delete(@Caller() caller: Caller, @Origin() origin: AuditOrigin, @Param('id', new IdPipe('svc')) id: string): Promise<void> {
    return this.microservices.delete(caller, origin, id);
  }

  @Post(':id/disable')
  @HttpCode(200)
  @RequireScopes('write:microservices')
  @ApiOperation({
    operationId: 'disableMicroservice',
    summary: 'Disable a microservice',
    description: 'It gets no more tokens, and those it has are refused within 2 s. It can be enabled again. Operators only.',
  })
  @ApiParam(ID)
  @ApiOkResponse({ type: MicroserviceDocument })
  @ApiProblems({ operator_only }, 'not_found')
  disable(
    @Caller() caller: Caller,
    @Origin() origin: AuditOrigin,
    @Param('id', new IdPipe('svc')) id: string,
  ): Promise<MicroserviceDocument> {
    return this.microservices.setStatus(caller, origin, id, 'disabled');
  }

  @Post(':id/enable')
  @HttpCode(200)
  @RequireScopes('write:microservices')
  @ApiOperation({
    operationId: 'enableMicroservice',
    summary: 'Enable a microservice',
    description: 'It gets tokens again; those from before it was disabled stay refused. Operators only.',
  })
  @ApiParam(ID)
  @ApiOkResponse({ type: MicroserviceDocument })
  @ApiProblems({ operator_only }, 'not_found')
  enable(
    @Caller() caller: Caller,
    @Origin() origin: AuditOrigin,
    @Param('id', new IdPipe('svc')) id: string,
  ): Promise<MicroserviceDocument> {
    return this.microservices.setStatus(caller, origin, id, 'active');
  }
}
