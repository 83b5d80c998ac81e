import { describe, expect, it } from 'vitest';
import { protectedResourceMetadata, protectedResourceMetadataUrl } from './protected-resource-metadata.js';

describe('protectedResourceMetadataUrl', () => {
  it.each([
    ['https://api.example', 'https://api.example/.well-known/oauth-protected-resource'],
    ['https://api.example/', 'https://api.example/.well-known/oauth-protected-resource'],
    ['https://api.example/analytics', 'https://api.example/.well-known/oauth-protected-resource/analytics'],
    ['https://api.example/a/b/', 'https://api.example/.well-known/oauth-protected-resource/a/b/'],
    ['https://api.example/a?b=c', 'https://api.example/.well-known/oauth-protected-resource/a?b=c'],
    ['http://localhost:3000/mcp', 'http://localhost:3000/.well-known/oauth-protected-resource/mcp'],
  ])('RFC 9728 §3.1: of %s', (resource, url) => {
    expect(protectedResourceMetadataUrl(resource)).toBe(url);
  });

  it.each(['analytics', 'https://api.example/#a', 'urn:api:a', ''])('RFC 9728 §1.2: refuses "%s"', (resource) => {
    expect(() => protectedResourceMetadataUrl(resource)).toThrow('Not a resource identifier');
  });
});

describe('protectedResourceMetadata', () => {
  const bare = { resource: 'https://api.example/analytics', authorizationServers: ['https://issuer.example'] };

  it('RFC 9728 §2: leaves out what is empty', () => {
    expect(protectedResourceMetadata({ ...bare, scopes: [] })).toEqual({
      resource: 'https://api.example/analytics',
      authorization_servers: ['https://issuer.example'],
      bearer_methods_supported: ['header'],
    });
  });

  it('RFC 9728 §2: names scopes, documentation and bindings', () => {
    const described = {
      ...bare,
      scopes: ['read:reports'],
      name: 'Analytics',
      documentation: 'https://api.example/docs',
      dpopSigningAlgs: ['ES256'],
      dpopRequired: true,
      mtlsBound: true,
    };
    expect(protectedResourceMetadata(described)).toMatchObject({
      scopes_supported: ['read:reports'],
      resource_name: 'Analytics',
      resource_documentation: 'https://api.example/docs',
      dpop_signing_alg_values_supported: ['ES256'],
      dpop_bound_access_tokens_required: true,
      tls_client_certificate_bound_access_tokens: true,
    });
  });

  it('PRM-2: refuses a resource that names no authorization server', () => {
    expect(() => protectedResourceMetadata({ ...bare, authorizationServers: [] })).toThrow('authorization server');
  });
});
