import { Registry } from '@countersign/oauth';
import { churnRisk } from './churn-risk.prompt.js';
import type { McpPrompt } from './prompt.js';
import { weeklySummary } from './weekly-summary.prompt.js';

export type { McpPrompt } from './prompt.js';

export const PROMPTS = new Registry<McpPrompt>('MCP prompt', [weeklySummary, churnRisk]);
