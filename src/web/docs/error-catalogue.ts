import { OAUTH_ERRORS } from '@countersign/oauth';
import { RESOURCE_REFUSALS } from '@countersign/resource-server';
import { ADMINISTRATION_PROBLEMS } from '../../directory/administration/index.js';
import { API_KEYS_PROBLEMS } from '../../directory/api-keys/index.js';
import { API_RESOURCES_PROBLEMS } from '../../directory/api-resources/index.js';
import { CALL_POLICIES_PROBLEMS } from '../../directory/call-policies/index.js';
import { CREDENTIALS_PROBLEMS } from '../../directory/credentials/index.js';
import { IDENTITY_PROVIDERS_PROBLEMS } from '../../directory/identity-providers/index.js';
import { MICROSERVICES_PROBLEMS } from '../../directory/microservice-identities/index.js';
import { ORGS_PROBLEMS } from '../../directory/orgs/index.js';
import { SERVICE_PRINCIPALS_PROBLEMS } from '../../directory/service-principals/index.js';
import { THIRD_PARTY_APPS_PROBLEMS } from '../../directory/third-party-apps/index.js';
import { CERTIFICATES_PROBLEMS } from '../../issuer/certificates/index.js';
import { TRUSTED_ISSUERS_PROBLEMS } from '../../directory/trusted-issuers/index.js';
import { USERS_PROBLEMS } from '../../directory/users/index.js';
import { AUTHORIZATION_PROBLEMS } from '../../issuer/authorization/index.js';
import { CLIENT_AUTH_PROBLEMS } from '../../issuer/client-auth/index.js';
import { CONSENTS_PROBLEMS } from '../../issuer/consents/index.js';
import { REVOCATION_FEED_PROBLEMS } from '../../issuer/revocation/index.js';
import { PROVIDER_SIGN_IN_PROBLEMS } from '../../issuer/provider-sign-in/index.js';
import { SESSIONS_PROBLEMS } from '../../issuer/sessions/index.js';
import { HTTP_PROBLEMS, type ProblemTable } from '../../platform/http/index.js';
import { IDEMPOTENCY_PROBLEMS } from '../../platform/idempotency/index.js';
import type { AdviceTable, ErrorAdvice } from './error-advice.js';
import { API_KEY_ADVICE } from './api-key-advice.js';
import { DELEGATION_ADVICE } from './delegation-advice.js';
import { INTERNAL_ZONE_ADVICE } from './internal-zone-advice.js';
import { OAUTH_ADVICE } from './oauth-error-advice.js';
import { PEOPLE_ADVICE } from './people-advice.js';
import { PROBLEM_ADVICE } from './problem-advice.js';

const ADVICE: AdviceTable = { ...PROBLEM_ADVICE, ...INTERNAL_ZONE_ADVICE, ...PEOPLE_ADVICE, ...DELEGATION_ADVICE, ...API_KEY_ADVICE };

export interface ErrorEntry {
  readonly code: string;
  readonly status: number;
  readonly meaning: string;
  /** Absent for a code that nobody has written about yet; a test names it. */
  readonly advice: ErrorAdvice | undefined;
}

export interface ErrorChapter {
  readonly title: string;
  /** Before the ids of its entries; the `type` of a problem document is the bare code. */
  readonly anchor: string;
  readonly intro: string;
  readonly entries: readonly ErrorEntry[];
}

const PROBLEMS: readonly ProblemTable[] = [
  HTTP_PROBLEMS,
  IDEMPOTENCY_PROBLEMS,
  ADMINISTRATION_PROBLEMS,
  ORGS_PROBLEMS,
  API_RESOURCES_PROBLEMS,
  CREDENTIALS_PROBLEMS,
  API_KEYS_PROBLEMS,
  SERVICE_PRINCIPALS_PROBLEMS,
  THIRD_PARTY_APPS_PROBLEMS,
  CONSENTS_PROBLEMS,
  AUTHORIZATION_PROBLEMS,
  MICROSERVICES_PROBLEMS,
  CALL_POLICIES_PROBLEMS,
  CERTIFICATES_PROBLEMS,
  TRUSTED_ISSUERS_PROBLEMS,
  CLIENT_AUTH_PROBLEMS,
  REVOCATION_FEED_PROBLEMS,
  USERS_PROBLEMS,
  IDENTITY_PROVIDERS_PROBLEMS,
  SESSIONS_PROBLEMS,
  PROVIDER_SIGN_IN_PROBLEMS,
];

/** Every code that a caller can meet, read from the tables that the code throws from. */
export function errorCatalogue(): ErrorChapter[] {
  return [
    {
      title: 'OAuth endpoints',
      anchor: 'oauth-',
      intro: 'JSON of RFC 6749 §5.2: `error` and `error_description`.',
      entries: oauthEntries(),
    },
    {
      title: 'Access tokens at an API',
      anchor: '',
      intro: 'The `WWW-Authenticate` header (RFC 6750 §3) and a problem document.',
      entries: problemEntries(RESOURCE_REFUSALS),
    },
    {
      title: 'Management and reference API',
      anchor: '',
      intro: 'A problem document (RFC 9457) whose `code` is one of these.',
      entries: PROBLEMS.flatMap(problemEntries),
    },
  ];
}

function problemEntries(table: ProblemTable): ErrorEntry[] {
  return Object.entries(table).map(([code, { status, meaning }]) => ({ code, status, meaning, advice: ADVICE[code] }));
}

function oauthEntries(): ErrorEntry[] {
  return Object.entries(OAUTH_ERRORS).map(([name, row]: [string, { status: number; code?: string; meaning: string }]) => ({
    code: row.code ?? name,
    status: row.status,
    meaning: row.meaning,
    advice: OAUTH_ADVICE[name],
  }));
}
