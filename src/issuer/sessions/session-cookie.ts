import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Configuration } from '../../platform/config/index.js';
import { Cookie } from './cookies.js';

const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** Where a browser keeps what continues its session: until it is closed, and never where a script could read it. */
@Injectable()
export class SessionCookie {
  private readonly cookie: Cookie;

  constructor({ settings }: Configuration) {
    this.cookie = new Cookie('countersign-session', settings.PUBLIC_URL);
  }

  read(request: FastifyRequest): string | undefined {
    const value = this.cookie.read(request);
    return value !== undefined && TOKEN.test(value) ? value : undefined;
  }

  write(reply: FastifyReply, token: string): void {
    this.cookie.write(reply, token);
  }

  clear(reply: FastifyReply): void {
    this.cookie.clear(reply);
  }
}
