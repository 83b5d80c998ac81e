export { banner } from './banner.js';
export { Bootstrap, type FirstStart } from './bootstrap.service.js';
export { BootstrapModule } from './bootstrap.module.js';
