import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Injectable } from '@nestjs/common';
import { Configuration } from '../../../platform/config/index.js';
import { brandColors } from './colors.policy.js';

/** A file that pages refer to. Its name holds its hash, so a browser may keep it for ever. */
export interface Asset {
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
}

const PAGES_CSS = readFileSync(new URL('pages.css', import.meta.url), 'utf8');
const EXTENSIONS = { 'image/png': 'png', 'image/jpeg': 'jpg', 'image/webp': 'webp', 'image/svg+xml': 'svg' } as const;

/** The stylesheet in the brand's colours, and its logo. */
@Injectable()
export class Assets {
  readonly stylesheet: Asset;
  /** Undefined: the mark that is built in. */
  readonly logo: Asset | undefined;

  constructor({ settings }: Configuration) {
    this.stylesheet = assetOf('pages', 'css', 'text/css; charset=utf-8', Buffer.from(variables(settings.BRAND_COLOR) + PAGES_CSS));
    const { BRAND_LOGO_FILE: logo } = settings;
    this.logo = logo && assetOf('logo', EXTENSIONS[logo.type], logo.type, logo.bytes);
  }

  /** By its name; of another version, such as that of a replica that is older or newer, the present one. */
  find(name: string): Asset | undefined {
    return [this.stylesheet, this.logo].find((asset) => asset !== undefined && kindOf(asset.name) === kindOf(name));
  }
}

function assetOf(kind: string, extension: string, type: string, bytes: Buffer): Asset {
  return { name: `${kind}-${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}.${extension}`, type, bytes };
}

function kindOf(name: string): string {
  return /^(pages|logo)-[0-9a-f]{16}\.[a-z]{3,4}$/.exec(name)?.[1] ?? '';
}

function variables(color: string): string {
  const { fill, fillHover, onFill, textLight, textDark } = brandColors(color);
  return (
    `:root{--brand:${fill};--brand-hover:${fillHover};--on-brand:${onFill};--brand-text:${textLight}}\n` +
    `@media (prefers-color-scheme:dark){:root{--brand-text:${textDark}}}\n`
  );
}
