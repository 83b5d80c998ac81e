export type { BrandLogo } from './brand.settings.js';
export { trustDomainOf, type TrustBundleFile } from './certificates.settings.js';
export {
  Configuration,
  ConfigurationError,
  FILE_SETTINGS,
  issuerOf,
  loadConfiguration,
  servesZone,
  SETTINGS_BY_TOPIC,
  type Settings,
} from './configuration.js';
export { ConfigurationModule } from './configuration.module.js';
export { Redacted, type VersionedKey } from './setting-types.js';
export { forwardsCertificates, zonesWithCertificates } from './listeners.settings.js';
export { readScannerKeys, type ScannerKey } from './secret-scanning.settings.js';
