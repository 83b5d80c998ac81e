import { Injectable } from '@nestjs/common';
import { DEVICE_PAGE, DeviceForms, displayedUserCode } from '../../../issuer/device-authorization/index.js';
import { FormTokens, Sessions, signInAddress, type Exchange, type SignedInUser } from '../../../issuer/sessions/index.js';
import type { Failure, FormPage } from '../errors/failure.js';
import { Pages, submitted, textOf } from '../kit/index.js';
import { devicePath, DevicePage, RefusedPage, type DeviceQuestion } from './device-page.js';
import { DonePage } from './done-page.js';

/** The page on which somebody connects a device that has no browser (RFC 8628 §3.3). */
@Injectable()
export class Device implements FormPage {
  readonly name = 'device';
  readonly path = DEVICE_PAGE;

  constructor(
    private readonly pages: Pages,
    private readonly forms: DeviceForms,
    private readonly sessions: Sessions,
    private readonly tokens: FormTokens,
  ) {}

  async show(exchange: Exchange, userCode: unknown): Promise<void> {
    // Whatever else stands in the address is neither shown nor sent on.
    const shown = displayedUserCode(textOf(userCode) ?? '');
    const user = await this.sessions.current(exchange.request);
    if (!user) return this.signIn(exchange, shown);
    this.draw(exchange, user, { shown });
  }

  /** @throws Problem `form_expired`, `rate_limited` */
  async confirm(exchange: Exchange): Promise<void> {
    const { request, reply } = exchange;
    const typed = submitted(request, 'user_code');
    const user = await this.sessions.current(request);
    if (!user) return this.signIn(exchange, displayedUserCode(typed ?? ''));
    const path = await this.forms.confirm(request, reply);
    if (path !== undefined) return this.pages.redirect(reply, path);
    // One text for all: unknown, used, too old.
    const problem = {
      title: 'No device waits with this code',
      text: 'If you began some time ago, begin again on the device.',
    };
    this.draw(exchange, user, { typed, problem });
  }

  async redraw(exchange: Exchange, { code }: Failure): Promise<boolean> {
    if (code !== 'form_expired') return false;
    const user = await this.sessions.current(exchange.request);
    if (!user) return false;
    const problem = { title: 'This page was open too long', text: 'Nothing was allowed. Please enter the code once more.' };
    this.draw(exchange, user, { problem, status: 403 });
    return true;
  }

  done({ reply }: Exchange): void {
    this.pages.send(reply, { title: 'Device connected', content: <DonePage /> });
  }

  refused({ reply }: Exchange): void {
    this.pages.send(reply, { title: 'Device not connected', content: <RefusedPage /> });
  }

  private draw(
    { request, reply }: Exchange,
    { email }: SignedInUser,
    { status, shown, typed, problem }: Partial<Pick<DeviceQuestion, 'shown' | 'typed' | 'problem'>> & { status?: number },
  ): void {
    const csrfToken = this.tokens.issue(request, reply);
    this.pages.send(reply, { status, title: 'Connect a device', content: <DevicePage {...{ csrfToken, email, shown, typed, problem }} /> });
  }

  private signIn({ reply }: Exchange, userCode: string | undefined): void {
    this.pages.redirect(reply, signInAddress({ returnTo: devicePath(userCode) }));
  }
}
