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
  await accountPages(pictures, world);
  say(`docs/screenshots: ${pictures.taken.join(', ')}`);
}

async function signInPages(pictures, { publicUrl, person, charts, invite }) {
  await pictures.in({}, async (page, take) => {
    await page.goto(charts);
    await take('login');
    await signIn(page, { email: person.email, password: 'a wrong one' });
    await take('login-refused');
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
      await take('join-known');
      await page.getByRole('button', { name: 'Join as' }).first().click();
      await page.goto(charts);
      await take('choose-organization');
    });
  }
}

async function accountPages(pictures, { publicUrl, person, chartsHere }) {
  for (const look of [{}, { phone: true }]) {
    await pictures.in(look, async (page, take) => {
      await page.goto(chartsHere);
      await signIn(page, person);
      // The app does not exist: what counts is that it was allowed.
      await page.getByRole('button', { name: 'Allow' }).click({ noWaitAfter: true });
      await page.waitForTimeout(1_000);
      const answer = await page.goto(`${publicUrl}/account`);
      if (answer?.status() === 200) await take(look.phone ? 'account-phone' : 'account');
    });
  }
}

async function stop() {
  if (browser && !('reason' in browser)) await browser.close();
  await product?.stop();
}
