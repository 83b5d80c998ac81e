import { readFileSync } from 'node:fs';
import { makeValidator } from 'envalid';

/** A picture, and what it is; told by its bytes, never by its name. */
export interface BrandLogo {
  readonly bytes: Buffer;
  readonly type: 'image/png' | 'image/jpeg' | 'image/webp' | 'image/svg+xml';
}

const MAX_LOGO_BYTES = 256 * 1024;
const MAX_NAME = 40;
// Nothing that writes lines or reorders text.
const UNSAFE = /[\p{Cc}\p{Cs}\u2028\u2029\u202A-\u202E\u2066-\u2069]/u;

const brandName = makeValidator<string>((text) => {
  const name = text.trim();
  if (name.length === 0 || name.length > MAX_NAME || UNSAFE.test(name))
    throw new TypeError(`must be 1 to ${MAX_NAME} characters without control characters`);
  return name;
});

const hexColor = makeValidator<string>((text) => {
  if (!/^#[0-9a-f]{6}$/i.test(text)) throw new TypeError('must be a colour such as #3b4cca');
  return text.toLowerCase();
});

const logoFile = makeValidator<BrandLogo>((path) => {
  const bytes = read(path);
  if (bytes.length > MAX_LOGO_BYTES) throw new TypeError(`${path} is larger than ${MAX_LOGO_BYTES / 1024} KiB`);
  const type = typeOf(bytes);
  if (!type) throw new TypeError(`${path} is neither PNG, JPEG, WebP nor SVG`);
  return { bytes, type };
});

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    throw new TypeError(`${path} cannot be read`);
  }
}

function typeOf(bytes: Buffer): BrandLogo['type'] | undefined {
  if (bytes.subarray(0, 8).equals(Buffer.from('89504e470d0a1a0a', 'hex'))) return 'image/png';
  if (bytes.subarray(0, 3).equals(Buffer.from('ffd8ff', 'hex'))) return 'image/jpeg';
  if (bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP') return 'image/webp';
  return /^(?:\uFEFF)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)*<svg[\s>]/.test(bytes.toString('utf8')) ? 'image/svg+xml' : undefined;
}

/** How pages for people look. */
export const brandSettings = {
  BRAND_NAME: brandName({ desc: 'Name of the product on the pages for people.', default: 'Countersign' }),
  BRAND_COLOR: hexColor({
    desc: 'Colour of buttons, links and the built-in mark on the pages for people; shades that can be read are made from it.',
    default: '#3b4cca',
  }),
  BRAND_LOGO_FILE: logoFile({
    desc: 'Picture beside the name, at least 64 pixels high: a PNG, JPEG, WebP or SVG file of at most 256 KiB.',
    default: undefined,
    example: '/etc/countersign/logo.svg',
  }),
};
