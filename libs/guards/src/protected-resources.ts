import {
  DpopProtection,
  metadataUrlOf,
  ruleOf,
  TokenJudge,
  verifierOf,
  type AccessTokenVerifier,
  type CertificateSource,
  type ResourceIdentity,
  type VerifierOptions,
} from '@countersign/resource-server';
import type { ProtectedResourceOptions, ResourceOptions } from './countersign-guard-options.js';

/** A resource of this process and who judges its tokens. */
export interface GuardedResource extends ResourceIdentity {
  readonly judge: TokenJudge;
  readonly dpop: DpopProtection | undefined;
}

type Shared = { readonly verifier: AccessTokenVerifier; readonly certificateOf: CertificateSource | undefined };

/** The resources that the module was configured with. */
export class ProtectedResources {
  private readonly byName: ReadonlyMap<string, GuardedResource>;
  private readonly defaultName: string | undefined;

  constructor(options: VerifierOptions & ResourceOptions & { certificateOf?: CertificateSource }) {
    const resources = resourcesIn(options);
    const names = Object.keys(resources);
    const shared = { verifier: verifierOf(options), certificateOf: options.certificateOf };
    this.byName = new Map(Object.entries(resources).map(([name, resource]) => [name, toResource(resource, shared)]));
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

function resourcesIn(options: ResourceOptions): Readonly<Record<string, ProtectedResourceOptions>> {
  if (!('audience' in options)) return options.resources;
  const { audience: identifier, dpop, senderConstraint } = options;
  return { default: { identifier, ...(dpop && { dpop }), ...(senderConstraint && { senderConstraint }) } };
}

function toResource(
  { identifier, metadataUrl, dpop: offered, senderConstraint, ...own }: ProtectedResourceOptions,
  shared: Shared,
): GuardedResource {
  const dpop = offered && new DpopProtection(identifier, offered === true ? {} : offered);
  return Object.freeze({
    identifier,
    metadataUrl: metadataUrl ?? metadataUrlOf(identifier),
    judge: new TokenJudge({ ...shared, ...own, dpop, senderConstraint }),
    dpop,
    requiresDpop: () => ruleOf(senderConstraint) === 'dpop',
  });
}
