import type { McpResource } from './resource.js';

export const report: McpResource = {
  name: 'report',
  uri: 'saasalytics://reports/{id}',
  title: 'A report',
  description: 'A report that generate_report made, by its id, as it was then. Needs the scope read:reports.',
  mimeType: 'application/json',
  scopes: ['read:reports'],
  read: async ({ caller, services }, id) => JSON.stringify(await services.reports.read(caller, id)),
};
