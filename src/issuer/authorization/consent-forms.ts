import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FormParameters } from '@countersign/oauth';
import { httpProblem, originOf } from '../../platform/http/index.js';
import { Forms, FormTokens, Sessions } from '../sessions/index.js';
import { ConsentStateDocument } from './dto/consent-state.dto.js';
import { Interactions, type InteractionAnswer, type InteractionStep, type Visitor } from './interactions.service.js';

const DECISIONS = ['allow', 'deny', 'ask_admin'] as const;

/** What the consent page asks and sends. */
@Injectable()
export class ConsentForms {
  constructor(
    private readonly interactions: Interactions,
    private readonly sessions: Sessions,
    private readonly forms: Forms,
    private readonly tokens: FormTokens,
  ) {}

  /** What is to be shown now. @throws Problem `interaction_ended`, `authorization_refused` */
  async open(request: FastifyRequest, interaction: string): Promise<InteractionStep> {
    return this.interactions.open(interaction, await this.visitorOf(request));
  }

  async state(request: FastifyRequest, reply: FastifyReply, interaction: string): Promise<ConsentStateDocument> {
    return ConsentStateDocument.from(await this.open(request, interaction), this.tokens.issue(request, reply));
  }

  /**
   * AZ-15, attack 27: only from our own page, of this browser and session.
   * @returns what is to happen now, for the interaction that the form names
   */
  async answer(request: FastifyRequest): Promise<{ readonly interaction: string; readonly step: InteractionStep }> {
    const form = this.forms.readFields(request);
    const interaction = form.find('interaction') ?? '';
    return { interaction, step: await this.interactions.answer(interaction, await this.visitorOf(request), answerOf(form)) };
  }

  private async visitorOf(request: FastifyRequest): Promise<Visitor> {
    return { browser: this.tokens.browserOf(request), user: await this.sessions.current(request), origin: originOf(request) };
  }
}

function answerOf(form: FormParameters): InteractionAnswer {
  const decision = DECISIONS.find((known) => known === form.find('decision'));
  if (!decision)
    throw httpProblem('validation_failed', 'The form does not say what was decided.', {
      errors: [{ location: '/decision', message: 'It is not one of the buttons of the page.', fix: `Send ${DECISIONS.join(', ')}.` }],
    });
  return { decision, orgId: form.find('org_id'), scopes: form.list('scope') };
}
