import 'reflect-metadata';
import { createServer } from 'node:http';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Caller, CountersignGuardModule, Public, RequireScopes } from '@countersign/guards';
import { LocalJwks } from '@countersign/resource-server';
import { testIssuer } from '@countersign/testing';

const audience = 'https://api.example.com';
const issuer = await testIssuer({ audience });
const keys = await LocalJwks.from(issuer.jwks);

@Controller()
class ReportsController {
  @Get('reports')
  @RequireScopes('read:reports')
  list(@Caller() caller: Caller): { org: string | undefined } {
    return { org: caller.orgId };
  }

  @Get('open')
  @Public()
  open(): { open: boolean } {
    return { open: true };
  }
}

@Module({ imports: [CountersignGuardModule.forRoot({ issuer: issuer.issuer, audience, keys })], controllers: [ReportsController] })
class AppModule {}

const app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), { logger: false });
await app.listen(0, '127.0.0.1');
const { port } = app.getHttpServer().address() as ReturnType<ReturnType<typeof createServer>['address']> & { port: number };
process.stdout.write(
  `${JSON.stringify({
    url: `http://127.0.0.1:${port}`,
    good: await issuer.tokenFor({ org: 'org_a', scopes: ['read:reports'] }),
    weak: await issuer.tokenFor({ org: 'org_a', scopes: ['read:other'] }),
  })}\n`,
);
