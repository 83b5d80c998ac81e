export { DocumentRefused, fetchDocument, type DocumentLimits, type FetchedDocument } from './guarded-document.js';
export { OutboundBusy } from './fetch-places.js';
export { guardedFetch, OutboundRefused } from './guarded-fetch.js';
export { allowsLoopback, issuerFetch } from './issuer-fetch.js';
export { isLoopbackHost, isPublicAddress, isPublicHost } from './public-address.js';
