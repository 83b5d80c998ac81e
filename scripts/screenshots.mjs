// Starts a Countersign of its own and takes the pictures of its pages for people: docs/screenshots/*.png.
import './lib/node-version.mjs';
import { mkdirSync } from 'node:fs';
import { startBrowser } from './lib/browser.mjs';
import { ensureBuilt } from './lib/build.mjs';
import { launchProduct } from './lib/demo-services/product.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { onceInterrupted } from './lib/interruption.mjs';
import { inProject } from './lib/project.mjs';
import { Pictures, signIn } from './lib/screenshots/pictures.mjs';
import { prepare } from './lib/screenshots/world.mjs';
import { endRunningSteps, say } from './lib/step.mjs';

const FOLDER = inProject('docs', 'screenshots');
const APPS = /^https:\/\/(?:charts|ledger)\.example\//;
const OTHER_BROWSERS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1',
];
let product;
let browser;

onceInterrupted((signal) => {
  endRunningSteps(signal);
  void stop().finally(() => process.exit(1));
});

try {
  await ensureInstalled();
  await ensureBuilt();
  await takeAll();
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await stop();
}

async function takeAll() {
  say('starting a Countersign …');
  product = await launchProduct();
  const { demo } = await product.ready();
  const world = await prepare({ publicUrl: product.publicUrl, demo });
  browser = await startBrowser();
  if ('reason' in browser) throw new Error(`No browser starts here: ${browser.reason}`);
  mkdirSync(FOLDER, { recursive: true });
  const pictures = new Pictures(browser, FOLDER);
  await signInPages(pictures, world);
  await consentPages(pictures, world);
  await devicePages(pictures, world);
  await accountPages(pictures, world);
  say(`docs/screenshots: ${pictures.taken.join(', ')}`);
}

async function signInPages(pictures, { publicUrl, person, member, charts, invite, resetLinkOf }) {
  await pictures.in({}, async (page, take) => {
    await page.goto(charts);
    await take('login');
    await signIn(page, { email: person.email, password: 'a wrong one' });
    await take('login-refused');
    await page.goto(`${publicUrl}/login/organization`);
    await take('login-organization');
    await page.goto(await resetLinkOf(member));
    await take('login-reset');
    await page.goto(await invite('new@example.com'));
    await take('join');
    await page.goto(`${publicUrl}/login/join?link=no-such-link`);
    await take('link-ended');
    await page.goto(`${publicUrl}/logout/done`);
    await take('signed-out');
    await page.goto(charts.replace('redirect_uri=https%3A%2F%2F', 'redirect_uri=https%3A%2F%2Fother.'));
    await take('error');
  });
  await pictures.in({ dark: true, phone: true }, async (page, take) => {
    await page.goto(charts);
    await take('login-dark-phone');
  });
}

async function consentPages(pictures, { person, charts, chartsHere, unreviewed, invite }) {
  const link = await invite(person.email);
  for (const look of [{}, { phone: true }, { dark: true }]) {
    const suffix = look.phone ? '-phone' : look.dark ? '-dark' : '';
    await pictures.in(look, async (page, take) => {
      await page.goto(chartsHere);
      await signIn(page, person);
      await take(`consent${suffix}`);
      if (suffix !== '') return;
      await page.goto(unreviewed);
      await take('consent-not-reviewed');
      await page.goto(link);
      await page.getByRole('button', { name: 'Join as' }).first().click();
      await page.goto(charts);
      await take('choose-organization');
    });
  }
}

/** Of the other one, whose tries to sign in are not used up yet. */
async function devicePages(pictures, { publicUrl, member, deviceCode }) {
  await pictures.in({}, async (page, take) => {
    await page.goto(`${publicUrl}/device`);
    await signIn(page, member);
    await take('device');
    await page.getByLabel('Code').fill('BCDF-GHJK');
    await page.getByRole('button', { name: 'Go on' }).click();
    await take('device-wrong-code');
    await openDevice(page, await deviceCode(), take, 'device-confirm');
    await take('device-consent');
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.getByRole('heading', { name: 'Done' }).waitFor();
    await take('device-done');
    await page.goto(`${publicUrl}/device/refused`);
    await take('device-refused');
  });
  for (const look of [{ phone: true }, { dark: true }])
    await pictures.in(look, async (page, take) => {
      const codes = await deviceCode();
      await page.goto(codes.verification_uri);
      await signIn(page, member);
      await openDevice(page, codes, take, look.phone ? 'device-confirm-phone' : 'device-confirm-dark');
      await take(look.phone ? 'device-consent-phone' : 'device-consent-dark');
    });
}

/** By the link, as from a QR code, to the question. */
async function openDevice(page, { verification_uri_complete }, take, name) {
  await page.goto(verification_uri_complete);
  await take(name);
  await page.getByRole('button', { name: 'Yes' }).click();
  await page.getByRole('button', { name: 'Allow' }).waitFor();
}

async function accountPages(pictures, world) {
  const { publicUrl, chartsHere, ledger } = world;
  await pictures.in({}, async (page, take) => {
    await openAccount(page, world);
    await page.getByRole('button', { name: 'Sign out everywhere else' }).click();
    for (const userAgent of OTHER_BROWSERS) await pictures.in({ userAgent }, (other) => openAccount(other, world));
    await allow(page, chartsHere);
    await ledger.use(await allow(page, ledger.address));
    await page.goto(`${publicUrl}/account`);
    await take('account');
    await page.getByRole('link', { name: 'Ledger', exact: true }).click();
    await page.getByRole('heading', { name: 'Ledger' }).waitFor();
    await take('account-app');
  });
  await pictures.in({ phone: true }, async (page, take) => {
    await openAccount(page, world);
    await take('account-phone');
  });
}

async function openAccount(page, { publicUrl, person }) {
  await page.goto(`${publicUrl}/account`);
  await signIn(page, person);
  await page.getByRole('heading', { name: 'Your account' }).waitFor();
}

/** Nobody serves the app, so its address is answered here. @returns the code that it is sent */
async function allow(page, address) {
  await page.route(APPS, (route) => route.fulfill({ contentType: 'text/plain', body: 'The app.' }));
  await page.goto(address);
  await page.getByRole('button', { name: 'Allow' }).click();
  await page.waitForURL(APPS);
  return new URL(page.url()).searchParams.get('code');
}

async function stop() {
  if (browser && !('reason' in browser)) await browser.close();
  await product?.stop();
}
