import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { beforeAll, describe, expect, it } from 'vitest';
import { ClientAuthenticated, Public, RequireScopes, RequireScopesOf } from './index.js';

const CALLS = [
  { name: 'read', scopes: ['read:reports'] },
  { name: 'write', scopes: ['write:reports', 'read:reports'] },
  { name: 'list', scopes: [] },
] as const;

@Controller('reports')
class ReportsController {
  @Get()
  @RequireScopes('read:reports', 'read:account')
  list() {
    return [];
  }

  @Get('open')
  @Public()
  open() {
    return [];
  }

  @Get('calls')
  @RequireScopesOf(() => CALLS[0], CALLS)
  call() {
    return [];
  }

  @Get('token')
  @ClientAuthenticated()
  token() {
    return [];
  }
}

@Module({ controllers: [ReportsController] })
class AppModule {}

describe('the OpenAPI side of the decorators', () => {
  let document: OpenAPIObject;

  beforeAll(async () => {
    const app = await NestFactory.create(AppModule, new FastifyAdapter(), { logger: false });
    document = SwaggerModule.createDocument(app, new DocumentBuilder().build());
  });

  it('@RequireScopes sets the security requirement, the extension and the refusals with examples', () => {
    const operation = document.paths['/reports']?.get;
    expect(operation).toMatchObject({
      security: [{ oauth2: ['read:reports', 'read:account'] }],
      'x-required-scopes': ['read:reports', 'read:account'],
    });
    const responses = operation?.responses as Record<string, { headers?: object; content?: Record<string, { examples?: object }> }>;
    expect(Object.keys(responses)).toEqual(['401', '403', '429']);
    expect(responses['401']?.headers).toHaveProperty('WWW-Authenticate');
    expect(Object.keys(responses['401']?.content?.['application/problem+json']?.examples ?? {})).toEqual([
      'missing_credentials',
      'invalid_token',
    ]);
  });

  it('@RequireScopesOf says what each of its operations needs', () => {
    const operation = document.paths['/reports/calls']?.get;
    expect(operation).toMatchObject({
      security: [{ oauth2: ['read:reports', 'write:reports'] }],
      'x-operations': { read: ['read:reports'], write: ['write:reports', 'read:reports'] },
    });
    expect(Object.keys(operation?.responses ?? {})).toEqual(['401', '403', '429']);
  });

  it('@Public and @ClientAuthenticated need no token and say so', () => {
    expect(document.paths['/reports/open']?.get).toMatchObject({ 'x-access': 'public' });
    expect(document.paths['/reports/token']?.get).toMatchObject({ 'x-access': 'client_authenticated' });
    expect(document.paths['/reports/open']?.get?.security).toBeUndefined();
  });
});

describe('declaring access', () => {
  // Seen failing with SetMetadata: the upper decorator silently won.
  it('refuses two rules on one route', () => {
    expect(() => {
      class Twice {
        @Public()
        @RequireScopes('read:reports')
        list() {
          return [];
        }
      }
      return Twice;
    }).toThrow('Twice.list declares twice');
  });

  it.each([[], [''], ['a b'], ['a"b']])('refuses %j as scopes', (...scopes) => {
    expect(() => RequireScopes(...(scopes as [string]))).toThrow(TypeError);
  });
});
