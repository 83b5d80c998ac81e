import { SAASALYTICS_SCOPES, type SaasalyticsScope } from '../scopes.js';
import { MCP_OPERATIONS } from './operations.js';

/** The catalogue of the MCP server: of the scopes of Saasalytics those that something here needs, in the words of the catalogue. */
export const MCP_SCOPES: readonly SaasalyticsScope[] = SAASALYTICS_SCOPES.filter(({ name }) =>
  MCP_OPERATIONS.some(({ scopes }) => scopes.includes(name)),
);
