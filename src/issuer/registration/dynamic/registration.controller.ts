import { applyDecorators, Controller, Delete, Get, Header, HttpCode, Param, Post, Put, Req } from '@nestjs/common';
import {
  ApiBody,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { ClientAuthenticated, Public } from '@countersign/guards';
import { CrossOrigin, InZone, originOf } from '../../../platform/http/index.js';
import { OAuthErrorDocument } from '../../endpoint/index.js';
import { ClientMetadataDocument, RegisteredClientDocument } from './dto/client-metadata.dto.js';
import { RegistrationManagement } from './registration-management.service.js';
import { Registration, type RegistrationRequest } from './registration.service.js';

const ID = { name: 'client_id', description: 'The client_id of the app.', example: 'app_01kamx4f5ye8wvq3m2ts6dgn0h' };
const OFF = 'Where DYNAMIC_REGISTRATION is off, which is the default, there is nothing here: 404.';
const MANAGED = `RFC 7592, with the registration_access_token of the last answer as Bearer; each works once. ${OFF}`;
const REFUSALS: Readonly<Record<number, string>> = {
  400: '`invalid_client_metadata`, `invalid_redirect_uri`, `invalid_software_statement` or `unapproved_software_statement`.',
  401: '`invalid_token`: missing, wrong, used, or the registration is gone.',
  403: '`access_denied`: the app cannot change this any more.',
  413: 'The metadata is larger than 64 KiB.',
  429: '`temporarily_unavailable`: a limit is reached; see Retry-After.',
  503: '`temporarily_unavailable`: the database cannot be written; see Retry-After.',
};

function Refusals(): MethodDecorator {
  return applyDecorators(
    ...Object.entries(REFUSALS).map(([status, description]) =>
      ApiResponse({ status: Number(status), description, type: OAuthErrorDocument }),
    ),
  );
}

@ApiTags('OAuth')
@InZone('external')
@CrossOrigin()
@Controller('oauth/register')
export class RegistrationController {
  constructor(
    private readonly registration: Registration,
    private readonly management: RegistrationManagement,
  ) {}

  @Post()
  @HttpCode(201)
  @Header('pragma', 'no-cache')
  @Public()
  @ApiOperation({
    operationId: 'registerClient',
    summary: 'Register an app, by itself',
    description: `RFC 7591. With DYNAMIC_REGISTRATION=token an initial access token comes as Bearer. An app that nobody uses within an hour is forgotten. ${OFF}`,
  })
  @ApiBody({ type: ClientMetadataDocument })
  @ApiCreatedResponse({ type: RegisteredClientDocument })
  @Refusals()
  register(@Req() request: FastifyRequest): Promise<Record<string, unknown>> {
    return this.registration.register(read(request));
  }

  @Get(':client_id')
  @Header('pragma', 'no-cache')
  @ClientAuthenticated()
  @ApiOperation({ operationId: 'readRegistration', summary: 'Read an own registration', description: MANAGED })
  @ApiParam(ID)
  @ApiOkResponse({ type: RegisteredClientDocument })
  @Refusals()
  get(@Param('client_id') id: string, @Req() request: FastifyRequest): Promise<Record<string, unknown>> {
    return this.management.read(id, read(request));
  }

  @Put(':client_id')
  @Header('pragma', 'no-cache')
  @ClientAuthenticated()
  @ApiOperation({
    operationId: 'updateRegistration',
    summary: 'Replace an own registration',
    description: `All of it, with client_id. A secret in the second half of its life is followed by the next one. ${MANAGED}`,
  })
  @ApiParam(ID)
  @ApiBody({ type: ClientMetadataDocument })
  @ApiOkResponse({ type: RegisteredClientDocument })
  @Refusals()
  update(@Param('client_id') id: string, @Req() request: FastifyRequest): Promise<Record<string, unknown>> {
    return this.management.update(id, read(request));
  }

  @Delete(':client_id')
  @HttpCode(204)
  @ClientAuthenticated()
  @ApiOperation({
    operationId: 'deleteRegistration',
    summary: 'Delete an own registration',
    description: `What people allowed the app ends with it, and its tokens are refused. ${MANAGED}`,
  })
  @ApiParam(ID)
  @ApiNoContentResponse({ description: 'Deleted.' })
  @Refusals()
  delete(@Param('client_id') id: string, @Req() request: FastifyRequest): Promise<void> {
    return this.management.delete(id, read(request));
  }
}

function read(request: FastifyRequest): RegistrationRequest {
  return { body: request.body, authorization: request.headers.authorization, origin: originOf(request) };
}
