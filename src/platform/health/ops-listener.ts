import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Configuration } from '../config/index.js';
import { RequestMetrics } from '../metrics/index.js';
import { Readiness } from './readiness.js';

/** Metrics and health for the operator's network, apart from every route that a caller can reach. */
@Injectable()
export class OpsListener implements OnApplicationBootstrap, OnApplicationShutdown {
  private server: Server | undefined;

  constructor(
    private readonly configuration: Configuration,
    private readonly readiness: Readiness,
    private readonly metrics: RequestMetrics,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { OPS_HOST, OPS_PORT } = this.configuration.settings;
    const server = createServer((request, response) => void this.answer(request, response));
    this.server = server;
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(OPS_PORT, OPS_HOST, () => resolve()));
  }

  onApplicationShutdown(): void {
    this.server?.close();
    this.server?.closeAllConnections();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === '/metrics') return send(response, 200, this.metrics.registry.contentType, await this.metrics.registry.metrics());
    if (request.url === '/health/live') return send(response, 200, 'application/json', '{"status":"ok"}');
    if (request.url !== '/health/ready') return send(response, 404, 'text/plain', 'There is /metrics, /health/live and /health/ready.\n');
    const report = await this.readiness.report();
    return send(response, report.ready ? 200 : 503, 'application/json', JSON.stringify(report));
  }
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
}
