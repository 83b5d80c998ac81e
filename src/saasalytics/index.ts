export { DEMO_PROFILES, SaasalyticsDemo, type DemoOrg } from './demo/index.js';
export { MCP_SCOPES } from './mcp/index.js';
export { SaasalyticsModule } from './saasalytics.module.js';
export { SAASALYTICS_SCOPES, SAASALYTICS_SERVICES, type SaasalyticsScope } from './scopes.js';

/** Saasalytics reads and writes its tables by SQL; it has no TypeORM entities. */
export const SAASALYTICS_ENTITIES: (new () => object)[] = [];
