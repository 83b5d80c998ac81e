import path from 'node:path';

const DESK = { width: 960, height: 720 };
const PHONE = { width: 390, height: 780 };

/** Takes the pictures of one browser after the other; each begins without cookies. */
export class Pictures {
  constructor(browser, folder) {
    this.browser = browser;
    this.folder = folder;
    this.taken = [];
  }

  /**
   * @param {{ phone?: boolean, dark?: boolean, userAgent?: string }} look
   * @param {(page: import('playwright-core').Page, take: (name: string) => Promise<void>) => Promise<void>} work
   */
  async in({ phone = false, dark = false, userAgent }, work) {
    const context = await this.browser.newContext({
      viewport: phone ? PHONE : DESK,
      colorScheme: dark ? 'dark' : 'light',
      javaScriptEnabled: false,
      userAgent,
    });
    try {
      const page = await context.newPage();
      page.setDefaultTimeout(20_000);
      await work(page, (name) => this.take(page, name));
    } finally {
      await context.close();
    }
  }

  async take(page, name) {
    await page.screenshot({ path: path.join(this.folder, `${name}.png`), fullPage: true });
    this.taken.push(name);
  }
}

export async function signIn(page, { email, password }) {
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}
