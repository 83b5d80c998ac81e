/** The chapters of the API documentation, in the order in which a newcomer needs them. */
export const TAGS = {
  OAuth: 'Get an access token, and give one back.',
  'Saasalytics: events': 'The reference API: send what your customers did.',
  'Saasalytics: metrics': 'Time series over those events.',
  'Saasalytics: customers': 'Who the events are about.',
  'Saasalytics: reports': 'Activity and financial reports of a period.',
  'Saasalytics: account': 'Settings of the tenant.',
  'Management: organizations': 'Tenants, and how to stop one.',
  'Management: service principals': 'Machines of a tenant: their credentials and what they may do.',
  'Management: trusted issuers': 'Workloads that log in with a token of their own platform, without a secret of ours.',
  'Management: APIs': 'What tokens are for: audiences and their scopes.',
  'Management: signing keys': 'The keys that sign access tokens.',
  'Management: audit': 'Who did what, and when.',
  'Guards of APIs': 'What the guards of a protected API ask and report, with the credentials of the API.',
  'Management: usage': 'What was really called, and by whom.',
  Discovery: 'What a client needs to know, at the places where it looks.',
  Operations: 'Is it alive, and may it get requests?',
} as const;
