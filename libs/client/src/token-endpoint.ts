import { askIssuer, type IssuerConnection } from './ask-issuer.js';
import { Stopwatch } from './clock.js';
import { authorizationServerMetadataUrl, reachableUrl, type IssuerLocation } from '@countersign/oauth';
import { TokenRequestFailed } from './token-request-failed.js';

const MAX_AGE_MS = 86_400_000;

/** Where tokens are asked for: the issuer's metadata says, once a day and once however many ask. */
export class TokenEndpoint {
  private found: { url: string; age: Stopwatch } | undefined;
  private finding: Promise<string> | undefined;

  constructor(
    private readonly location: IssuerLocation,
    private readonly connection: IssuerConnection,
    private readonly mutualTls = false,
  ) {}

  locate(): Promise<string> {
    if (this.found && this.found.age.elapsedMs() < MAX_AGE_MS) return Promise.resolve(this.found.url);
    this.finding ??= this.discover().finally(() => {
      this.finding = undefined;
    });
    return this.finding;
  }

  private async discover(): Promise<string> {
    try {
      const url = await this.fromMetadata();
      this.found = { url, age: new Stopwatch(this.connection.clock) };
      return url;
    } catch (error) {
      // Metadata that cannot be had does not take away an endpoint that is known.
      if (this.found) return this.found.url;
      throw error;
    }
  }

  private async fromMetadata(): Promise<string> {
    const { issuer } = this.location;
    const metadataUrl = reachableUrl(authorizationServerMetadataUrl(issuer), this.location);
    const document = await askIssuer(metadataUrl, { headers: { accept: 'application/json' } }, this.connection);
    // RFC 8414 §3.3: `issuer` is identical to the one asked for, else the document is not used.
    if (document['issuer'] !== issuer) {
      const named = JSON.stringify(document['issuer'])?.slice(0, 200);
      throw invalid(`${metadataUrl} is the metadata of issuer ${named}; "issuer" is set to ${JSON.stringify(issuer)}.`);
    }
    const endpoint = (this.mutualTls && aliasIn(document)) || document['token_endpoint'];
    if (typeof endpoint !== 'string' || !URL.canParse(endpoint)) throw invalid(`${metadataUrl} names no token_endpoint.`);
    try {
      return reachableUrl(endpoint, this.location);
    } catch (error) {
      throw invalid(`${metadataUrl} names a token_endpoint that is not used. ${(error as TypeError).message}`);
    }
  }
}

/** RFC 8705 §5: where clients with certificates go, when that is another place. */
function aliasIn(document: Record<string, unknown>): unknown {
  return (document['mtls_endpoint_aliases'] as Record<string, unknown> | undefined)?.['token_endpoint'];
}

function invalid(message: string): TokenRequestFailed {
  return new TokenRequestFailed(message, { status: 200 });
}
