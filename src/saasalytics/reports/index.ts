export { REPORT_KINDS } from './report.js';
export { ReportsModule } from './reports.module.js';
export { ReportsService } from './reports.service.js';
