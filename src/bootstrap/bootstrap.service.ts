import { Injectable } from '@nestjs/common';
import { mintSecret } from '@countersign/oauth';
import { ApiCatalogue, MANAGEMENT_SCOPES, type ScopeDefinition } from '../directory/api-resources/index.js';
import { identityApi } from '../issuer/userinfo/index.js';
import { OperatorSeeding } from '../directory/service-principals/index.js';
import { Configuration, servesZone, type Settings } from '../platform/config/index.js';
import { newId } from '../platform/crypto/index.js';
import { MCP_SCOPES, SAASALYTICS_SCOPES, SAASALYTICS_SERVICES, type SaasalyticsScope } from '../saasalytics/index.js';
import { ConfiguredOperator } from './configured-operator.js';
import { DemoFile, type DemoDocument } from './demo-file.js';
import { DemoLoader } from './demo-loader.js';
import { DEMO_SERVICE_NAMES } from './demo-services.js';

export interface FirstStart {
  /** The demo's credentials, where this process may show them. */
  readonly demo: DemoDocument | undefined;
  readonly demoPath: string;
}

/** What must be in the database before the first request: the platform's own APIs, an operator, and outside production the demo. */
@Injectable()
export class Bootstrap {
  constructor(
    private readonly apis: ApiCatalogue,
    private readonly operators: OperatorSeeding,
    private readonly configuredOperator: ConfiguredOperator,
    private readonly demo: DemoLoader,
    private readonly configuration: Configuration,
  ) {}

  async run(progress: (line: string) => void): Promise<FirstStart> {
    const { settings } = this.configuration;
    await this.seedApis();
    const file = new DemoFile(settings);
    // Operators and the demo live in the external zone.
    if (!servesZone(settings, 'external')) return { demo: undefined, demoPath: file.path };
    if (!settings.DEMO) {
      await this.configuredOperator.seed(this.operatorGrants());
      return { demo: undefined, demoPath: file.path };
    }
    return { demo: await this.prepareDemo(file, progress), demoPath: file.path };
  }

  private async seedApis(): Promise<void> {
    const { PUBLIC_URL, DEMO } = this.configuration.settings;
    await this.apis.seed({
      key: 'management',
      identifier: `${PUBLIC_URL}/v1`,
      name: 'Countersign management API',
      zone: 'external',
      scopes: MANAGEMENT_SCOPES,
    });
    await this.apis.seed(identityApi(PUBLIC_URL));
    await this.apis.seed({
      key: 'analytics',
      identifier: `${PUBLIC_URL}/analytics`,
      name: 'Saasalytics',
      zone: 'external',
      scopes: SAASALYTICS_SCOPES.map(toDefinition),
      // So that the demo's services may pass on for whom they were called.
      servedBy: DEMO ? DEMO_SERVICE_NAMES : [],
    });
    await this.apis.seed({
      key: 'mcp',
      identifier: `${PUBLIC_URL}/mcp`,
      name: 'Saasalytics for agents',
      zone: 'external',
      scopes: MCP_SCOPES.map(toDefinition),
    });
    for (const { name, title, scopes } of SAASALYTICS_SERVICES)
      await this.apis.seed({ key: `service:${name}`, identifier: name, name: title, zone: 'internal', scopes: scopes.map(toDefinition) });
  }

  /** The file is written before the database, so that a killed first start is taken up by the next one. */
  private async prepareDemo(file: DemoFile, progress: (line: string) => void): Promise<DemoDocument | undefined> {
    const known = file.read();
    if (!known && (await this.operators.exists())) {
      progress(`the database has an operator, but ${file.path} is gone: delete the data folder to start anew`);
      return undefined;
    }
    const document = this.atPresentUrls(known ?? this.newDocument());
    file.write(document);
    await this.operators.seed({
      clientId: document.operator.client_id,
      clientSecret: document.operator.client_secret,
      grants: this.operatorGrants(),
    });
    await this.demo.load(document, (finished) => file.write(finished), progress);
    return document;
  }

  private newDocument(): DemoDocument {
    const { OPERATOR_CLIENT_ID: id, OPERATOR_CLIENT_SECRET: secret } = this.configuration.settings;
    const operator = {
      client_id: id ?? newId('sp'),
      client_secret: secret?.reveal() ?? mintSecret('csn_secret'),
      audience: '',
      scope: MANAGEMENT_SCOPES.map(({ name }) => name).join(' '),
    };
    return { ...urlsOf(this.configuration.settings), public_url: '', operator, orgs: [] };
  }

  /** The audiences follow PUBLIC_URL when it changes between two starts. */
  private atPresentUrls(document: DemoDocument): DemoDocument {
    const { PUBLIC_URL } = this.configuration.settings;
    const moved = (audience: string): string =>
      document.public_url && audience.startsWith(document.public_url) ? PUBLIC_URL + audience.slice(document.public_url.length) : audience;
    return {
      ...urlsOf(this.configuration.settings),
      operator: { ...document.operator, audience: `${PUBLIC_URL}/v1` },
      orgs: document.orgs.map((org) => ({
        ...org,
        service_principals: org.service_principals.map((sp) => ({ ...sp, audience: moved(sp.audience) })),
      })),
      ...(document.apps && { apps: document.apps }),
      ...(document.microservices && { microservices: document.microservices }),
    };
  }

  private operatorGrants(): { audience: string; scopes: string[] }[] {
    return [{ audience: `${this.configuration.settings.PUBLIC_URL}/v1`, scopes: MANAGEMENT_SCOPES.map(({ name }) => name) }];
  }
}

/** Those of the listeners that this process has. */
function urlsOf(settings: Settings): Pick<DemoDocument, 'public_url' | 'internal_url' | 'mtls_url' | 'ops_url'> {
  return {
    public_url: settings.PUBLIC_URL,
    ...(servesZone(settings, 'internal') && { internal_url: settings.INTERNAL_URL }),
    ...(settings.MTLS_URL && { mtls_url: settings.MTLS_URL }),
    ops_url: `http://localhost:${settings.OPS_PORT}`,
  };
}

function toDefinition({ assignable_by: assignableBy, ...scope }: SaasalyticsScope): ScopeDefinition {
  return { ...scope, assignableBy };
}
