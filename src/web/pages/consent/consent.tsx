import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ConsentForms, type ConsentView, type InteractionStep } from '../../../issuer/authorization/index.js';
import { FormTokens, type Exchange } from '../../../issuer/sessions/index.js';
import { httpProblem } from '../../../platform/http/index.js';
import type { Failure, FormPage } from '../errors/failure.js';
import { ForwardPage, Pages, prefersHtml, submitted, submittedList, textOf } from '../kit/index.js';
import { ChooseOrgPage } from './choose-org-page.js';
import { addressOf, ConsentPage, type ConsentQuestion } from './consent-page.js';

/** Codes after which the request still waits. */
const AGAIN = ['nothing_allowed', 'validation_failed', 'form_expired'];

interface ShownAgain {
  readonly ticked: readonly string[];
  readonly failure: Failure;
}

/** The page on which somebody allows an app something, or not. */
@Injectable()
export class Consent implements FormPage {
  readonly name = 'consent';
  readonly path = '/consent';

  constructor(
    private readonly pages: Pages,
    private readonly forms: ConsentForms,
    private readonly tokens: FormTokens,
  ) {}

  /** @throws Problem `interaction_ended`, `authorization_refused`, `not_found` */
  async show(exchange: Exchange, query: Readonly<Record<string, unknown>>): Promise<void> {
    const interaction = textOf(query['interaction']) ?? '';
    await this.draw(exchange, interaction, textOf(query['org_id']));
  }

  /** @throws Problem `form_expired`, `interaction_ended`, `authorization_refused`, `nothing_allowed`, `validation_failed` */
  async answer({ request, reply }: Exchange): Promise<void> {
    const { interaction, step } = await this.forms.answer(request);
    if (step.step === 'done') return this.leave(request, reply, step.location);
    this.pages.redirect(reply, step.step === 'sign_in' ? step.path : addressOf(interaction));
  }

  async redraw(exchange: Exchange, failure: Failure): Promise<boolean> {
    if (!AGAIN.includes(failure.code)) return false;
    const { request } = exchange;
    const again = { ticked: submittedList(request, 'scope'), failure };
    await this.draw(exchange, submitted(request, 'interaction') ?? '', submitted(request, 'org_id'), again);
    return true;
  }

  private async draw(exchange: Exchange, interaction: string, orgId: string | undefined, again?: ShownAgain): Promise<void> {
    const step: InteractionStep = await this.forms.open(exchange.request, interaction);
    if (step.step === 'sign_in') return this.pages.redirect(exchange.reply, step.path);
    if (step.step === 'done') return this.leave(exchange.request, exchange.reply, step.location);
    this.ask(exchange, { view: step.view, interaction, orgId, again });
  }

  private ask(
    { request, reply }: Exchange,
    {
      view,
      interaction,
      orgId,
      again,
    }: { view: ConsentView; interaction: string; orgId: string | undefined; again: ShownAgain | undefined },
  ): void {
    const csrfToken = this.tokens.issue(request, reply);
    const place = view.places.length === 1 ? view.places[0] : view.places.find((one) => one.orgId === orgId);
    if (!place && orgId !== undefined) throw httpProblem('not_found', 'You cannot allow it anything in this organization.');
    const problem = again && problemOf(again.failure);
    const content = place ? (
      <ConsentPage {...({ view, csrfToken, interaction, place, ticked: again?.ticked, problem } satisfies ConsentQuestion)} />
    ) : (
      <ChooseOrgPage view={view} csrfToken={csrfToken} interaction={interaction} />
    );
    const formSchemes = view.destination.kind === 'installed_app' ? [view.destination.scheme] : [];
    this.pages.send(reply, { status: again?.failure.status, title: `Allow ${view.app.name}?`, content, formSchemes });
  }

  /**
   * To the app. Where a form was answered, Chromium would hold the app's own redirects against our `form-action`; a page goes there freely.
   * A page of ours tells who waits for a device to go back to it.
   * Only the form of this page names the scheme of an app on the device; one that led here by redirects, such as that of the sign-in, does not.
   */
  private leave(request: FastifyRequest, reply: FastifyReply, location: string): void {
    const mayRedirect = this.pages.isOwn(location) || (request.method === 'POST' && !/^https?:/.test(location));
    if (prefersHtml(request.headers.accept) && !mayRedirect) {
      const title = 'Back to the app';
      return this.pages.send(reply, { title, content: <ForwardPage title={title} location={location} />, forwardTo: location });
    }
    void reply.status(303).headers({ location, 'referrer-policy': 'no-referrer' }).send();
  }
}

function problemOf({ code }: Failure): ConsentQuestion['problem'] {
  if (code === 'nothing_allowed') return { title: 'Nothing is ticked', text: 'Tick at least one thing that it may do, or refuse.' };
  if (code === 'form_expired')
    return { title: 'This page was open too long', text: 'Nothing was allowed. Please look once more, and answer.' };
  return { title: 'That did not work', text: 'Please choose one of the buttons below.' };
}
