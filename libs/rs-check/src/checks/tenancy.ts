import { check, type Check } from '../check.js';
import type { Expectation } from '../judgement.js';
import { spoiled } from './claims.js';

const NOT_YOURS: Expectation = { text: '404, or 403', statuses: [404, 403] };
const NOBODYS: Expectation = { text: '401, 403 or 404', statuses: [401, 403, 404] };

export const TENANCY_CHECKS: readonly Check[] = [
  check(
    NOBODYS,
    {
      name: 'org-missing',
      title: "A token of no organization sees nobody's data",
      why: 'A query that is filtered by an undefined organization is often not filtered at all.',
      rule: 'OWASP API1:2023',
      severity: 'critical',
      remedy: 'Take the organization from the verified token, and refuse where there is none.',
      needs: ['forge', 'org'],
    },
    spoiled(({ target: { org } }) => [
      ['no org_id', { org_id: undefined }],
      ['an empty org_id', { org_id: '' }],
      ['a list', { org_id: [org] }],
      ['an object', { org_id: { $ne: null } }],
    ]),
  ),
  check(
    NOT_YOURS,
    {
      name: 'foreign-object',
      title: 'An object of another organization is not found',
      why: 'Ids are guessed and leak; a good token of one customer must open nothing of another.',
      rule: 'OWASP API1:2023',
      covers: ['attack 63'],
      severity: 'critical',
      remedy: 'Filter every query by the organization of the verified token, best in the database itself.',
      needs: ['foreign-url'],
    },
    ({ good: { token }, target: { foreignUrl = '' } }) => [
      {
        label: 'the good token at the foreign object',
        token,
        request: { url: foreignUrl, headers: [['Authorization', `Bearer ${token}`]] },
      },
    ],
  ),
];
