import { readFileSync } from 'node:fs';
import { SetupError } from '../setup-error.js';

type Given = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** The options as they were given, read one by one; every mistake is kept and told together. */
export class Values {
  private readonly mistakes: string[] = [];

  constructor(
    private readonly given: Given,
    private readonly environment: NodeJS.ProcessEnv,
  ) {}

  mistake(name: string, text: string): void {
    this.mistakes.push(`${name}: ${text}`);
  }

  /** Notes that something must be given; the text it answers is never used. */
  missing(name: string, meaning: string): string {
    this.mistake(name, `missing; ${meaning}`);
    return '';
  }

  requireNoMistakes(): void {
    if (this.mistakes.length === 0) return;
    throw new SetupError(
      ['This cannot be run:', ...this.mistakes.map((mistake) => `  - ${mistake}`), '--help shows every option.'].join('\n'),
    );
  }

  text(name: string): string | undefined {
    const value = this.given[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  }

  url(name: string): string | undefined {
    const value = this.text(name);
    if (value !== undefined && !/^https?:\/\//.test(value)) this.mistake(`--${name}`, 'not a URL of http or https');
    else if (value !== undefined && !URL.canParse(value)) this.mistake(`--${name}`, 'not a URL');
    return value;
  }

  integer(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (!/^\d{1,6}$/.test(value)) this.mistake(`--${name}`, 'not a whole number');
    return Number(value);
  }

  choice(name: string, choices: readonly string[], fallback: string): string {
    const value = this.text(name) ?? fallback;
    if (choices.includes(value)) return value;
    this.mistake(`--${name}`, `one of ${choices.join(', ')}`);
    return fallback;
  }

  object(name: string): Record<string, unknown> | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    try {
      const parsed: unknown = JSON.parse(value);
      if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as Record<string, unknown>;
    } catch {
      // Told below, like what is JSON but no object.
    }
    this.mistake(`--${name}`, 'not a JSON object');
    return undefined;
  }

  headers(name: string): [string, string][] {
    const lines = this.given[name];
    return (Array.isArray(lines) ? (lines as readonly string[]) : []).flatMap((line): [string, string][] => {
      const [, header = '', value = ''] = /^([!#$%&'*+.^_`|~\w-]+):\s*([\x20-\x7e]*)$/.exec(line) ?? [];
      if (header === '') this.mistake(`--${name}`, 'not in the form "Name: value"');
      else if (header.toLowerCase() === 'authorization') this.mistake(`--${name}`, 'Authorization is what rs-check is about');
      else return [[header, value]];
      return [];
    });
  }

  /** From the file of the option, else from the environment. */
  secret(fileOption: string, variable: string): string | undefined {
    const path = this.text(fileOption);
    if (path === undefined) return this.environment[variable] === '' ? undefined : this.environment[variable];
    return this.file(`--${fileOption}`, path)?.trim();
  }

  file(name: string, path: string): string | undefined {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      this.mistake(name, `${path} cannot be read`);
      return undefined;
    }
  }
}
