import { DEVICE_CODE_GRANT_TYPE } from '@countersign/oauth';
import type { Operator } from './builders.js';
import { anApp, choose, credentials, locationOf, type AppMade, type Choice } from './delegation.js';
import { postForm, type Answer } from './requests.js';
import type { Visitor } from './visitor.js';

export interface DeviceCodesMade {
  device_code: string;
  user_code: string;
  verification_uri: string;
  verification_uri_complete: string;
  expires_in: number;
  interval: number;
}

/** An approved public app for devices alone, unless `fields` say otherwise. */
export function aDeviceApp(operator: Operator, fields: Record<string, unknown> = {}): Promise<AppMade> {
  return anApp(operator, {
    name: 'Report tool',
    client_type: 'public',
    redirect_uris: [],
    grant_types: [DEVICE_CODE_GRANT_TYPE],
    ...fields,
  });
}

export function askForCodes(url: string, app: AppMade, more: Record<string, string> = {}): Promise<Answer> {
  return postForm(`${url}/oauth/device_authorization`, { ...credentials(app), ...more });
}

/** The codes, or the test fails here with the server's words. */
export async function codesFor(url: string, app: AppMade, more: Record<string, string> = {}): Promise<DeviceCodesMade> {
  const answer = await askForCodes(url, app, more);
  if (answer.status !== 200) throw new Error(`No codes: ${answer.status} ${answer.text}`);
  return answer.body as unknown as DeviceCodesMade;
}

export function poll(url: string, app: AppMade, { device_code }: Pick<DeviceCodesMade, 'device_code'>): Promise<Answer> {
  return postForm(`${url}/oauth/token`, { grant_type: DEVICE_CODE_GRANT_TYPE, device_code, ...credentials(app) });
}

/** What the form of the page sends, of a browser that is signed in. */
export function enter(browser: Visitor, { user_code }: Pick<DeviceCodesMade, 'user_code'>): Promise<Answer> {
  return browser.submit('/device', { user_code });
}

/** From the code to the answer: the browser is signed in already. @returns where it ends */
export async function answerDevice(browser: Visitor, codes: DeviceCodesMade, choice: Choice = {}): Promise<URL> {
  const interaction = locationOf(await enter(browser, codes)).searchParams.get('interaction') ?? '';
  return locationOf(await choose(browser, interaction, choice));
}
