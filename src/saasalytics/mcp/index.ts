export { McpModule } from './mcp.module.js';
export { MCP_SCOPES } from './mcp-scopes.js';
