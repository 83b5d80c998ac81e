import { Controller, Get, Param, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '@countersign/guards';
import { httpProblem, InZone } from '../../../platform/http/index.js';
import { Assets } from './assets.js';

const FOR_EVER = 'public, max-age=31536000, immutable';

/** What pages refer to. */
@ApiExcludeController()
@InZone('external')
@Controller('assets')
export class AssetsController {
  constructor(private readonly assets: Assets) {}

  @Get(':name')
  @Public()
  get(@Param('name') name: string, @Res() reply: FastifyReply): void {
    const asset = this.assets.find(name);
    if (!asset) throw httpProblem('not_found', 'There is nothing at this address.');
    void reply
      .headers({
        'content-type': asset.type,
        'cache-control': asset.name === name ? FOR_EVER : 'no-cache',
        // An SVG that somebody opens by itself is a document, and must not become a program.
        'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'",
        'cross-origin-resource-policy': 'same-origin',
      })
      .send(asset.bytes);
  }
}
