import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const SYSTEM_BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The system's Chromium, or the one that comes with npm. Says why when neither starts. */
export async function startBrowser() {
  try {
    const executablePath = SYSTEM_BROWSERS.find((path) => existsSync(path));
    return await chromium.launch({ args: FLAGS, ...(executablePath === undefined ? await packagedBrowser() : { executablePath }) });
  } catch (error) {
    return { reason: String(error) };
  }
}

/** Unpacked once per account, with the libraries and fonts that a bare machine lacks. */
async function packagedBrowser() {
  const folder = join(tmpdir(), `countersign-chromium-${userInfo().uid}`);
  mkdirSync(folder, { recursive: true });
  const restore = setForNow({ TMPDIR: folder, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x' });
  try {
    // It looks at both variables when it is imported: this makes it bring its own libraries and fonts, into that folder.
    const { default: packaged } = await import('@sparticuz/chromium');
    const executablePath = await packaged.executablePath();
    // Its own font settings know only /tmp/fonts.
    const fonts = join(folder, 'fonts.conf');
    writeFileSync(
      fonts,
      `<fontconfig><dir>/usr/share/fonts</dir><dir>${join(folder, 'fonts')}</dir><cachedir>${join(folder, 'font-cache')}</cachedir></fontconfig>`,
    );
    return { executablePath, env: { ...definedEnvironment(), LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'), FONTCONFIG_FILE: fonts } };
  } finally {
    restore();
  }
}

function definedEnvironment() {
  return Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== undefined));
}

function setForNow(values) {
  const before = { ...process.env };
  Object.assign(process.env, values);
  return () => {
    for (const name of [...Object.keys(values), 'FONTCONFIG_PATH', 'LD_LIBRARY_PATH']) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  };
}
