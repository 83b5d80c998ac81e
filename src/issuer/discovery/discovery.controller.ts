import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '@countersign/guards';
import type { Zone } from '@countersign/oauth';
import { CrossOrigin, httpProblem, InZone, RequestZone } from '../../platform/http/index.js';
import { SigningKeys } from '../signing-keys/index.js';
import { Discovery, type CacheableDocument } from './discovery.service.js';

const MAX_AGE_SECONDS = 300;

type NestedPath = Readonly<Record<'path' | 'name', string>>;

@ApiTags('Discovery')
@InZone('external', 'internal')
@Public()
@CrossOrigin()
@Controller('.well-known')
export class DiscoveryController {
  constructor(
    private readonly discovery: Discovery,
    private readonly keys: SigningKeys,
  ) {}

  @Get('oauth-authorization-server')
  @ApiOperation({
    operationId: 'getAuthorizationServerMetadata',
    summary: 'Authorization server metadata',
    description: 'RFC 8414: endpoints and what they take. Read from what is enabled.',
  })
  @ApiOkResponse({
    schema: {
      type: 'object',
      additionalProperties: true,
      example: { issuer: 'http://localhost:3000', token_endpoint: 'http://localhost:3000/oauth/token' },
    },
  })
  authorizationServer(@RequestZone() zone: Zone, @Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    send(request, reply, this.discovery.serverMetadata(zone));
  }

  @Get('openid-configuration')
  @ApiOperation({
    operationId: 'getOpenIdConfiguration',
    summary: 'The same, where OpenID clients look',
    description: 'OpenID Connect Discovery §4.',
  })
  @ApiOkResponse({
    schema: {
      type: 'object',
      additionalProperties: true,
      example: { issuer: 'http://localhost:3000', jwks_uri: 'http://localhost:3000/.well-known/jwks.json' },
    },
  })
  openIdConfiguration(@RequestZone() zone: Zone, @Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    send(request, reply, this.discovery.serverMetadata(zone));
  }

  @Get('jwks.json')
  @ApiOperation({
    operationId: 'getJwks',
    summary: 'Public signing keys',
    description: 'RFC 7517. Cache it for max-age, and fetch it again on an unknown kid, at most every 30 s.',
  })
  @ApiOkResponse({
    schema: {
      type: 'object',
      properties: { keys: { type: 'array', items: { type: 'object', additionalProperties: true } } },
      example: { keys: [{ kty: 'EC', crv: 'P-256', x: '…', y: '…', kid: '…', alg: 'ES256', use: 'sig' }] },
    },
  })
  jwks(@RequestZone() zone: Zone, @Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const published = this.keys.published(zone);
    if (!published) throw httpProblem('not_found', `This process does not serve the ${zone} zone.`);
    send(request, reply, published);
  }

  @InZone('external')
  @Get('oauth-protected-resource/:path')
  @ApiOperation({
    operationId: 'getProtectedResourceMetadata',
    summary: 'Protected resource metadata',
    description: 'RFC 9728: which authorization server serves the API at this path, and its scopes.',
  })
  @ApiParam({ name: 'path', example: 'analytics' })
  @ApiOkResponse({
    schema: {
      type: 'object',
      additionalProperties: true,
      example: { resource: 'http://localhost:3000/analytics', authorization_servers: ['http://localhost:3000'] },
    },
  })
  protectedResource(@Param('path') path: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.sendResource(`/${path}`, request, reply);
  }

  @InZone('external')
  @Get('oauth-protected-resource/:path/:name')
  @ApiOperation({
    operationId: 'getNestedProtectedResourceMetadata',
    summary: 'Protected resource metadata, one step deeper',
    description: 'RFC 9728: the same for an API at a path of two parts, as UserInfo is.',
  })
  @ApiParam({ name: 'path', example: 'oauth' })
  @ApiParam({ name: 'name', example: 'userinfo' })
  @ApiOkResponse({
    schema: {
      type: 'object',
      additionalProperties: true,
      example: { resource: 'http://localhost:3000/oauth/userinfo', authorization_servers: ['http://localhost:3000'] },
    },
  })
  nestedProtectedResource(@Param() { path, name }: NestedPath, @Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.sendResource(`/${path}/${name}`, request, reply);
  }

  private sendResource(path: string, request: FastifyRequest, reply: FastifyReply): void {
    const document = this.discovery.resourceMetadata(path);
    if (!document) throw httpProblem('not_found', 'There is no protected API at this path.');
    send(request, reply, document);
  }
}

/** HTTP-10, DISC-8: public and cacheable. */
function send(request: FastifyRequest, reply: FastifyReply, { body, etag }: CacheableDocument): void {
  void reply.headers({
    'content-type': 'application/json; charset=utf-8',
    'cache-control': `public, max-age=${MAX_AGE_SECONDS}, stale-while-revalidate=3600`,
    etag,
  });
  if (request.headers['if-none-match'] === etag) void reply.status(304).send();
  else void reply.send(body);
}
