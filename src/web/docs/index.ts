export { createOpenApiDocument } from './openapi-document.js';
export { errorCatalogue } from './error-catalogue.js';
export { mountDocumentation } from './documentation.js';
