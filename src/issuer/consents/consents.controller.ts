import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ProtectedResource, RequireScopes } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { InZone, Origin, type ListDocument } from '../../platform/http/index.js';
import { ApiProblems, IdPipe } from '../../directory/administration/index.js';
import { ConsentAdministration } from './consent-administration.service.js';
import { ConsentDocument, ConsentList, ListConsents, NarrowConsent } from './dto/consent.dto.js';

const ID = { name: 'id', description: 'Id of the consent.', example: 'con_01kamx4f5ye8wvq3m2ts6dgn0h' };

@ApiTags('Management: consents')
@InZone('external')
@ProtectedResource('management')
@Controller('v1/consents')
export class ConsentsController {
  constructor(private readonly consents: ConsentAdministration) {}

  @Get()
  @RequireScopes('read:consents')
  @ApiOperation({
    operationId: 'listConsents',
    summary: 'List the consents',
    description: 'What people allowed to apps, newest first. Operators see all, everybody else those of their own organization.',
  })
  @ApiOkResponse({ type: ConsentList })
  @ApiProblems({}, 'validation_failed')
  list(@Caller() caller: Caller, @Query() query: ListConsents): Promise<ListDocument<ConsentDocument>> {
    return this.consents.list(caller, query);
  }

  @Get(':id')
  @RequireScopes('read:consents')
  @ApiOperation({ operationId: 'getConsent', summary: 'Get a consent', description: 'Who allowed what to whom.' })
  @ApiParam(ID)
  @ApiOkResponse({ type: ConsentDocument })
  @ApiProblems({}, 'not_found')
  get(@Caller() caller: Caller, @Param('id', new IdPipe('con')) id: string): Promise<ConsentDocument> {
    return this.consents.get(caller, id);
  }

  @Patch(':id')
  @RequireScopes('write:consents')
  @ApiOperation({
    operationId: 'narrowConsent',
    summary: 'Narrow a consent',
    description: 'Takes scopes away. Tokens that stand on it are refused within 2 s; the app gets the rest by its next refresh.',
  })
  @ApiParam(ID)
  @ApiOkResponse({ type: ConsentDocument })
  @ApiProblems({}, 'not_found', 'validation_failed')
  narrow(
    @Caller() caller: Caller,
    @Origin() origin: AuditOrigin,
    @Param('id', new IdPipe('con')) id: string,
    @Body() body: NarrowConsent,
  ): Promise<ConsentDocument> {
    return this.consents.narrow(caller, origin, id, body);
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireScopes('write:consents')
  @ApiOperation({
    operationId: 'withdrawConsent',
    summary: 'Withdraw a consent',
    description: 'The tokens and refresh tokens that stand on it are refused within 2 s. The app has to ask the person anew.',
  })
  @ApiParam(ID)
  @ApiNoContentResponse({ description: 'Withdrawn.' })
  @ApiProblems({}, 'not_found')
  withdraw(@Caller() caller: Caller, @Origin() origin: AuditOrigin, @Param('id', new IdPipe('con')) id: string): Promise<void> {
    return this.consents.withdraw(caller, origin, id);
  }
}
