export { Reaper, type ReapingJob } from './reaper.js';
export { ReaperModule } from './reaper.module.js';
