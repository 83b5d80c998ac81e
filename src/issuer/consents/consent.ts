/** What one person allowed one app at one API, for the data of one organization. */
export interface Consent {
  /** `con_…`, the grant handle of the tokens. */
  readonly id: string;
  readonly orgId: string;
  readonly userId: string;
  readonly appId: string;
  readonly apiId: string;
  readonly scopes: readonly string[];
  /** Those that the app had registered when the person looked at it. */
  readonly redirectUris: readonly string[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** There is at most one consent for each. */
export type ConsentKey = Pick<Consent, 'orgId' | 'userId' | 'appId' | 'apiId'>;
