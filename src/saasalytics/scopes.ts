/** One entry of the scope catalogue with which the API is registered. */
export interface SaasalyticsScope {
  readonly name: string;
  readonly description: string;
  readonly risk: 'low' | 'medium' | 'high';
  readonly assignable_by: 'operator' | 'org_admin';
  readonly delegable: boolean;
}

export const SAASALYTICS_SCOPES = [
  {
    name: 'write:customer-events',
    description: 'Send events of your customers to Saasalytics.',
    risk: 'medium',
    assignable_by: 'org_admin',
    delegable: true,
  },
  {
    name: 'read:analytics-data',
    description: 'Read metrics, customers and what they did.',
    risk: 'medium',
    assignable_by: 'org_admin',
    delegable: true,
  },
  {
    name: 'generate:reports',
    description: 'Generate activity and financial reports.',
    risk: 'medium',
    assignable_by: 'org_admin',
    delegable: true,
  },
  { name: 'read:reports', description: 'Read reports that were generated.', risk: 'medium', assignable_by: 'org_admin', delegable: true },
  {
    name: 'read:account',
    description: 'Read the settings of the Saasalytics account.',
    risk: 'low',
    assignable_by: 'org_admin',
    delegable: true,
  },
  // Whoever sets the billing address gets the invoices: people and programs of the org only.
  {
    name: 'write:account',
    description: 'Change the settings of the Saasalytics account, billing address included.',
    risk: 'high',
    assignable_by: 'org_admin',
    delegable: false,
  },
] as const satisfies readonly SaasalyticsScope[];

/** Its services as targets of others in the internal zone, by name. */
export const SAASALYTICS_SERVICES = [
  {
    name: 'dashboards',
    title: 'Saasalytics dashboards',
    scopes: [
      {
        name: 'write:rollups',
        description: 'Have the sums by day written anew.',
        risk: 'medium',
        assignable_by: 'operator',
        delegable: false,
      },
    ],
  },
  {
    name: 'export',
    title: 'Saasalytics export',
    scopes: [
      {
        name: 'start:export',
        description: 'Start an export of what customers paid.',
        risk: 'high',
        assignable_by: 'operator',
        delegable: false,
      },
    ],
  },
] as const satisfies readonly { name: string; title: string; scopes: readonly SaasalyticsScope[] }[];
