import 'reflect-metadata';
import { Controller, Get, Header, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Caller, CountersignGuardModule, Public, RequireScopes } from '@countersign/guards';
import { protectedResourceMetadata, protectedResourceMetadataUrl } from '@countersign/resource-server';

const { ISSUER = 'http://localhost:3000', AUDIENCE = `${ISSUER}/analytics`, PORT = '4000' } = process.env;

@Controller('reports')
class ReportsController {
  @Get()
  @RequireScopes('read:reports')
  list(@Caller() { orgId }: Caller): { org: string | undefined; reports: string[] } {
    return { org: orgId, reports: [] };
  }
}

@Controller(new URL(protectedResourceMetadataUrl(AUDIENCE)).pathname)
class MetadataController {
  @Get()
  @Public()
  @Header('access-control-allow-origin', '*')
  @Header('cache-control', 'public, max-age=300')
  get(): object {
    const description = { resource: AUDIENCE, authorizationServers: [ISSUER], scopes: ['read:reports'], name: 'Reports' };
    return protectedResourceMetadata(description);
  }
}

@Module({
  imports: [CountersignGuardModule.forRoot({ issuer: ISSUER, audience: AUDIENCE })],
  controllers: [ReportsController, MetadataController],
})
class AppModule {}

const app = await NestFactory.create(AppModule, new FastifyAdapter());
await app.listen(Number(PORT), '127.0.0.1');
