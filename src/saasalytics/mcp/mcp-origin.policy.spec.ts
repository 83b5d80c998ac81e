import { describe, expect, it } from 'vitest';
import { isRebound } from './mcp-origin.policy.js';

const OWN = ['auth.example.com'];

describe('isRebound', () => {
  it.each([
    ['no browser', undefined, 'auth.example.com'],
    ['our own page', 'https://auth.example.com', 'auth.example.com'],
    ['a page of another origin, which CORS lets in', 'https://inspector.example', 'auth.example.com'],
    ['the same, at an address of the inside behind a proxy', 'https://inspector.example', '10.0.0.7:3000'],
    ['a page on this machine', 'http://localhost:6274', 'localhost:3000'],
    ['our page by its address, which no name server can change', 'http://127.0.0.1:3000', '127.0.0.1:3000'],
    ['the same in IPv6', 'http://[::1]:3000', '[::1]:3000'],
    ['a page without an origin', 'null', 'auth.example.com'],
  ])('false: %s', (_, origin, host) => {
    expect(isRebound(origin, host, OWN)).toBe(false);
  });

  it.each([
    ['http://attacker.example', 'attacker.example'],
    ['http://attacker.example:3000', 'attacker.example:3000'],
    ['http://attacker.example', 'attacker.example:80'],
    ['https://ATTACKER.example', 'Attacker.Example:443'],
    ['http://auth.example.com.attacker.example:3000', 'auth.example.com.attacker.example:3000'],
  ])('true: a page of %s that calls %s', (origin, host) => {
    expect(isRebound(origin, host, OWN)).toBe(true);
  });
});
