export { guardedFetch, OutboundRefused } from './guarded-fetch.js';
export { isPublicAddress } from './public-address.js';
