import { Platform1763769600001 } from './1763769600001-platform.js';
import { Directory1763769600002 } from './1763769600002-directory.js';
import { Issuer1763769600003 } from './1763769600003-issuer.js';
import { Saasalytics1763769600004 } from './1763769600004-saasalytics.js';
import { MaxStaleness1763769600006 } from './1763769600006-max-staleness.js';
import { Usage1763769600007 } from './1763769600007-usage.js';
import { InternalZone1763769600020 } from './1763769600020-internal-zone.js';
import { SaasalyticsInternal1763769600021 } from './1763769600021-saasalytics-internal.js';
import { Certificates1763769600030 } from './1763769600030-certificates.js';
import { TrustedIssuers1763769600040 } from './1763769600040-trusted-issuers.js';
import { ClientCertificates1763769600050 } from './1763769600050-client-certificates.js';
import { TrustMap1763769600060 } from './1763769600060-trust-map.js';
import { TrustMapIndex1763769600061 } from './1763769600061-trust-map-index.js';
import { People1763769700010 } from './1763769700010-people.js';
import { DelegatedAccess1763769700050 } from './1763769700050-delegated-access.js';
import { ConsentUsage1763769700090 } from './1763769700090-consent-usage.js';
import { OpenidConnect1763769800010 } from './1763769800010-openid-connect.js';
import { DeviceAuthorization1763769800020 } from './1763769800020-device-authorization.js';
import { Dpop1763769800030 } from './1763769800030-dpop.js';
import { ApiKeys1763769800040 } from './1763769800040-api-keys.js';
import { AppRegistration1763769900010 } from './1763769900010-app-registration.js';
import { MetadataDocuments1763769900030 } from './1763769900030-metadata-documents.js';
import { DynamicRegistration1763769900040 } from './1763769900040-dynamic-registration.js';
import { ConsentOperations1763769900050 } from './1763769900050-consent-operations.js';
import { Watch1763769900060 } from './1763769900060-watch.js';

/** Every migration in order. Add one here; never change one that has been released. Those with `transaction = false` run after all others. */
export const MIGRATIONS = [
  Platform1763769600001,
  Directory1763769600002,
  Issuer1763769600003,
  Saasalytics1763769600004,
  MaxStaleness1763769600006,
  Usage1763769600007,
  InternalZone1763769600020,
  SaasalyticsInternal1763769600021,
  Certificates1763769600030,
  TrustedIssuers1763769600040,
  ClientCertificates1763769600050,
  TrustMap1763769600060,
  People1763769700010,
  DelegatedAccess1763769700050,
  ConsentUsage1763769700090,
  OpenidConnect1763769800010,
  DeviceAuthorization1763769800020,
  Dpop1763769800030,
  ApiKeys1763769800040,
  AppRegistration1763769900010,
  MetadataDocuments1763769900030,
  DynamicRegistration1763769900040,
  ConsentOperations1763769900050,
  Watch1763769900060,
  TrustMapIndex1763769600061,
];
