import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { RefusalCounter } from '../../../platform/audit/index.js';
import { httpProblem, originOf, Problem, rawBodyOf } from '../../../platform/http/index.js';
import { notFound } from '../../administration/index.js';
import { API_KEYS_PROBLEMS } from '../api-keys.errors.js';
import { LeakedKeys } from './leaked-keys.js';
import { ScannerKeys } from './scanner-keys.js';
import type { FoundSecret, SecretVerdict } from './secret-scanning.documents.js';

const MAX_FOUND = 1_000;
const MAX_TEXT = 2_048;

/** Hears secret scanners out: who signs, what they found, what it was. */
@Injectable()
export class SecretScanning {
  constructor(
    private readonly scanners: ScannerKeys,
    private readonly leaked: LeakedKeys,
    private readonly refusals: RefusalCounter,
  ) {}

  /** @throws Problem `not_found` where nobody may report, `report_not_signed`, `malformed_request` */
  async hear(request: FastifyRequest): Promise<SecretVerdict[]> {
    if (!this.scanners.hasAny()) throw notFound();
    const scanner = await this.provenScanner(request);
    const verdicts: SecretVerdict[] = [];
    for (const { token, type = '', url, source } of readReport(request.body)) {
      const isOurs = await this.leaked.revoke({ token, url, source }, scanner, originOf(request));
      verdicts.push({
        token_hash: createHash('sha256').update(token).digest('base64'),
        token_type: type,
        label: isOurs ? 'true_positive' : 'false_positive',
      });
    }
    return verdicts;
  }

  private async provenScanner(request: FastifyRequest): Promise<string> {
    const keyId = request.headers['github-public-key-identifier'];
    const signature = request.headers['github-public-key-signature'];
    const isSigned =
      typeof keyId === 'string' && typeof signature === 'string' && (await this.scanners.hasSigned(rawBodyOf(request), keyId, signature));
    if (isSigned) return keyId;
    this.refusals.count('secret_scanning.refused', request.ip, 'report_not_signed');
    throw new Problem(API_KEYS_PROBLEMS, 'report_not_signed', 'The report is not signed by a scanner that is known here.');
  }
}

/** Judged by hand: the validation of bodies knows objects, and this is a list. @throws Problem `malformed_request` */
function readReport(body: unknown): FoundSecret[] {
  if (!Array.isArray(body) || body.length > MAX_FOUND || !body.every(isFound))
    throw httpProblem('malformed_request', `Send a list of at most ${MAX_FOUND} objects, each with a token.`);
  return body;
}

function isFound(entry: unknown): entry is FoundSecret {
  if (typeof entry !== 'object' || entry === null) return false;
  const { token, type, url, source } = entry as Record<string, unknown>;
  return isText(token) && [type, url, source].every((text) => text === undefined || isText(text));
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_TEXT;
}
