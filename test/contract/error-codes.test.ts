import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorCatalogue } from '../../src/web/docs/error-catalogue.js';

const ROOT = new URL('../..', import.meta.url).pathname;
const OWN = 'test/contract/error-codes.test.ts';

/** Codes that no request to this server can bring about today, and why they exist. */
const NOT_HERE: Readonly<Record<string, string>> = {
  preflight_unanswered: "for routes of a customer's API that take OPTIONS; libs/guards tests it by its status",
  keys_unavailable: "for a customer's API, whose keys come over the network; libs/guards tests it by its status",
  conflict: 'what Nest or Fastify mean by 409, should they ever answer it',
};

const tests = ['test', 'src', 'libs']
  .flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true }).map((name) => join(folder, String(name))))
  .filter((name) => /\.(?:test|spec)\.ts$/.test(name) && name !== OWN && !name.includes('node_modules'))
  .map((name) => readFileSync(join(ROOT, name), 'utf8'));

const chapters = errorCatalogue();

describe('docs/errors.md', () => {
  it.each(chapters.flatMap(({ title, entries }) => entries.map(({ code, status }): [string, number, string] => [code, status, title])))(
    '%s (%i, %s) is answered to some test',
    (code) => {
      if (code in NOT_HERE) return;
      const quoted = new RegExp(`['"\`#]${code}['"\`]`);
      expect(tests.filter((text) => quoted.test(text)).length, `no test names ${code}`).toBeGreaterThan(0);
    },
  );

  it('section 25 every entry says what it means in a sentence, and every status is one of errors', () => {
    for (const { code, status, meaning } of chapters.flatMap(({ entries }) => entries)) {
      expect(meaning, code).toMatch(/^[A-Z`].*\.$/s);
      expect(status).toBeGreaterThanOrEqual(400);
    }
  });

  it('section 25 every entry tells a reader at night what lies behind it and what to do: src/web/docs/*-advice.ts', () => {
    const entries = chapters.flatMap(({ entries: all }) => all);
    expect(entries.filter(({ advice }) => advice === undefined).map(({ code }) => code)).toEqual([]);
    for (const { code, advice } of entries) {
      expect(advice?.cause, code).toMatch(/^[A-Z`].*\.$/s);
      expect(advice?.fix, code).toMatch(/^[A-Z`].*\.$/s);
    }
  });

  it('section 25 no code stands twice where problem documents point', () => {
    const codes = chapters.filter(({ anchor }) => anchor === '').flatMap(({ entries }) => entries.map(({ code }) => code));
    expect(codes.filter((code, i) => codes.indexOf(code) !== i)).toEqual([]);
  });
});
