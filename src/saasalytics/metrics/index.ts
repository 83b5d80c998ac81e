export { MetricsModule } from './metrics.module.js';
export { GROUPINGS, METRICS, type Metric } from './metrics.policy.js';
export { MetricsService } from './metrics.service.js';
