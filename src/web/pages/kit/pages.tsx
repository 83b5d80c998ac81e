import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { renderToStaticMarkup } from 'react-dom/server';
import type { ReactNode } from 'react';
import { Configuration } from '../../../platform/config/index.js';
import { Assets } from './assets.js';
import { contentPolicy, type ContentNeeds } from './content-policy.js';
import { Frame, type FrameProperties } from './layout.js';
import { SiteContext, type Site } from './site.js';

export interface Page extends Omit<FrameProperties, 'children'>, ContentNeeds {
  readonly status?: number | undefined;
  readonly headers?: Readonly<Record<string, string | string[]>> | undefined;
  readonly content: ReactNode;
}

/** Draws pages for people, and sends them. */
@Injectable()
export class Pages {
  private readonly site: Site;
  private readonly publicUrl: string;

  constructor({ settings }: Configuration, assets: Assets) {
    this.publicUrl = settings.PUBLIC_URL;
    const { host, pathname } = new URL(settings.PUBLIC_URL);
    const basePath = pathname === '/' ? '' : pathname;
    const address = (name: string): string => `${basePath}/assets/${name}`;
    this.site = {
      name: settings.BRAND_NAME,
      basePath,
      host,
      stylesheet: address(assets.stylesheet.name),
      logo: assets.logo && address(assets.logo.name),
    };
  }

  send(reply: FastifyReply, { status = 200, headers = {}, content, formSchemes, ...frame }: Page): void {
    void reply
      .status(status)
      .headers({
        ...headers,
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': contentPolicy({ formSchemes }),
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'permissions-policy': 'camera=(), geolocation=(), microphone=()',
        'cache-control': 'no-store',
      })
      .send(this.draw(frame, content));
  }

  /** To a path of ours. HTTP-11: 303. */
  redirect(reply: FastifyReply, path: string): void {
    void reply.status(303).header('location', `${this.site.basePath}${path}`).header('referrer-policy', 'no-referrer').send();
  }

  /** Whether an address is one of ours: a form may be redirected there. */
  isOwn(location: string): boolean {
    return location.startsWith(`${this.publicUrl}/`);
  }

  private draw(frame: Omit<FrameProperties, 'children'>, content: ReactNode): string {
    return `<!doctype html>${renderToStaticMarkup(
      <SiteContext.Provider value={this.site}>
        <Frame {...frame}>{content}</Frame>
      </SiteContext.Provider>,
    )}`;
  }
}
