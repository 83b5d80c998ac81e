export { UsageReportsModule } from './usage-reports.module.js';
