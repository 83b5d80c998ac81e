import { Injectable, type Type } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FormParameters, OAuthError } from '@countersign/oauth';
import { Configuration } from '../../platform/config/index.js';
import { createValidationPipe, httpProblem } from '../../platform/http/index.js';
import { CsrfForm } from './dto/forms.dto.js';
import { FormTokens } from './form-tokens.js';
import { isReturnPath } from './sign-in-address.js';

const FORM = /^application\/x-www-form-urlencoded(?:\s*;\s*charset=utf-8)?\s*$/i;
const HOME = '/account';

/** Forms of pages for people. */
@Injectable()
export class Forms {
  private readonly validation = createValidationPipe();
  private readonly publicUrl: string;

  constructor(
    private readonly tokens: FormTokens,
    { settings }: Configuration,
  ) {
    this.publicUrl = settings.PUBLIC_URL;
  }

  /**
   * A form that came from our own page, checked field by field.
   * @throws Problem `unsupported_media_type`, `malformed_request`, `form_expired`, `validation_failed`
   */
  async read<T extends CsrfForm>(request: FastifyRequest, kind: Type<T>): Promise<T> {
    const form = parse(request, { mayRepeat: false });
    this.verify(request, form);
    const fields = Object.fromEntries(form.names().map((name) => [name, form.find(name)]));
    return (await this.validation.transform(fields, { type: 'body', metatype: kind })) as T;
  }

  /**
   * A form that came from our own page, unchecked, for boxes that share a name.
   * @throws Problem `unsupported_media_type`, `malformed_request`, `form_expired`
   */
  readFields(request: FastifyRequest): FormParameters {
    const form = parse(request, { mayRepeat: true });
    this.verify(request, form);
    return form;
  }

  /** HTTP-11: 303, so that the browser does not send the form again to where it is sent. Never to another server. */
  redirect(reply: FastifyReply, returnTo: string | undefined): void {
    this.goOn(reply, returnTo !== undefined && isReturnPath(returnTo) ? returnTo : HOME);
  }

  /** @param path that we have made ourselves */
  goOn(reply: FastifyReply, path: string): void {
    void reply.status(303).header('location', `${this.publicUrl}${path}`);
  }

  /** Before anything is said about the fields: who was led here from elsewhere learns nothing. */
  private verify(request: FastifyRequest, form: FormParameters): void {
    this.tokens.verify(request, form.find('csrf_token'));
  }
}

function parse({ body, headers }: FastifyRequest, { mayRepeat }: { mayRepeat: boolean }): FormParameters {
  if (typeof body !== 'string' || !FORM.test(headers['content-type'] ?? ''))
    throw httpProblem('unsupported_media_type', 'Send the fields as application/x-www-form-urlencoded.');
  try {
    const form = FormParameters.parse(body);
    if (!mayRepeat) form.refuseRepeats();
    return form;
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    throw httpProblem('malformed_request', error.message, { cause: error });
  }
}
