export { DEMO_PROFILES } from './demo-profiles.js';
export { DemoModule } from './demo.module.js';
export { SaasalyticsDemo, type DemoLoad, type DemoOrg } from './saasalytics-demo.js';
