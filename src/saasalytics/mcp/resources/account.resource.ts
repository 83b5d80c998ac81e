import type { McpResource } from './resource.js';

export const account: McpResource = {
  name: 'account',
  uri: 'saasalytics://account',
  title: 'The account',
  description: 'Name, plan, time zone and currency of the organization. Needs the scope read:account.',
  mimeType: 'application/json',
  scopes: ['read:account'],
  read: async ({ caller, services }) => JSON.stringify(await services.account.read(caller)),
};
