import {
  metadataUrlOf,
  verifierOf,
  type AccessTokenVerifier,
  type ResourceIdentity,
  type VerifierOptions,
} from '@countersign/resource-server';
import type { ProtectedResourceOptions, ResourceOptions } from './countersign-guard-options.js';

/** A resource of this process and who verifies its tokens. */
export interface GuardedResource extends ResourceIdentity {
  readonly verifier: AccessTokenVerifier;
}

/** The resources that the module was configured with. */
export class ProtectedResources {
  private readonly byName: ReadonlyMap<string, GuardedResource>;
  private readonly defaultName: string | undefined;

  constructor(options: VerifierOptions & ResourceOptions) {
    const resources: Readonly<Record<string, ProtectedResourceOptions>> =
      'audience' in options ? { default: { identifier: options.audience } } : options.resources;
    const names = Object.keys(resources);
    const verifier = verifierOf(options);
    this.byName = new Map(Object.entries(resources).map(([name, resource]) => [name, toResource(resource, verifier)]));
    this.defaultName = 'defaultResource' in options ? options.defaultResource : names.length === 1 ? names[0] : undefined;
    if (this.defaultName !== undefined) this.get(this.defaultName);
  }

  /** @throws Error when the name is not configured, or none is given and there is no default. */
  get(name = this.defaultName): GuardedResource {
    if (name === undefined) throw new Error('The route names no protected resource and there is no default one.');
    const resource = this.byName.get(name);
    if (!resource) throw new Error(`There is no protected resource called "${name}".`);
    return resource;
  }
}

function toResource({ identifier, metadataUrl, verifier: own }: ProtectedResourceOptions, verifier: AccessTokenVerifier): GuardedResource {
  return Object.freeze({ identifier, metadataUrl: metadataUrl ?? metadataUrlOf(identifier), verifier: own ?? verifier });
}
