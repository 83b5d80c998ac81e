import { Injectable } from '@nestjs/common';
import { mintSecret } from '@countersign/oauth';
import { ApiCatalogue, MANAGEMENT_SCOPES } from '../directory/api-resources/index.js';
import { OperatorSeeding } from '../directory/service-principals/index.js';
import { Configuration } from '../platform/config/index.js';
import { newId } from '../platform/crypto/index.js';
import { SAASALYTICS_SCOPES } from '../saasalytics/index.js';
import { ConfiguredOperator } from './configured-operator.js';
import { DemoFile, type DemoDocument } from './demo-file.js';
import { DemoLoader } from './demo-loader.js';

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
    if (!settings.DEMO) {
      await this.configuredOperator.seed(this.operatorGrants());
      return { demo: undefined, demoPath: file.path };
    }
    return { demo: await this.prepareDemo(file, progress), demoPath: file.path };
  }

  private async seedApis(): Promise<void> {
    const { PUBLIC_URL } = this.configuration.settings;
    await this.apis.seed({
      key: 'management',
      identifier: `${PUBLIC_URL}/v1`,
      name: 'Countersign management API',
      zone: 'external',
      scopes: MANAGEMENT_SCOPES,
    });
    await this.apis.seed({
      key: 'analytics',
      identifier: `${PUBLIC_URL}/analytics`,
      name: 'Saasalytics',
      zone: 'external',
      scopes: SAASALYTICS_SCOPES.map(({ assignable_by: assignableBy, ...scope }) => ({ ...scope, assignableBy })),
    });
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
    return { public_url: '', ops_url: '', operator, orgs: [] };
  }

  /** The audiences follow PUBLIC_URL when it changes between two starts. */
  private atPresentUrls(document: DemoDocument): DemoDocument {
    const { PUBLIC_URL, OPS_PORT } = this.configuration.settings;
    const moved = (audience: string): string =>
      document.public_url && audience.startsWith(document.public_url) ? PUBLIC_URL + audience.slice(document.public_url.length) : audience;
    return {
      public_url: PUBLIC_URL,
      ops_url: `http://localhost:${OPS_PORT}`,
      operator: { ...document.operator, audience: `${PUBLIC_URL}/v1` },
      orgs: document.orgs.map((org) => ({
        ...org,
        service_principals: org.service_principals.map((sp) => ({ ...sp, audience: moved(sp.audience) })),
      })),
    };
  }

  private operatorGrants(): { audience: string; scopes: string[] }[] {
    return [{ audience: `${this.configuration.settings.PUBLIC_URL}/v1`, scopes: MANAGEMENT_SCOPES.map(({ name }) => name) }];
  }
}
