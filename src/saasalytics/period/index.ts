export {
  assertBuckets,
  assertPeriod,
  INTERVALS,
  MAX_BUCKETS,
  MAX_PERIOD_DAYS,
  type AskedPeriod,
  type Interval,
  type Period,
} from './period.policy.js';
export { PeriodModule } from './period.module.js';
export { PeriodRepository } from './period.repository.js';
