import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedPostgresError } from './embedded-postgres.error.js';
import { findFreePort } from './free-port.js';
import { endLeftoverServer } from './postmaster-file.js';
import { serverArguments } from './server-settings.js';
import { type ServerPlan, type SupervisedServer, startServer } from './supervised-server.js';

const ATTEMPTS = 6;
const PORT_TAKEN = /could not create any TCP\/IP sockets|could not bind/;
// What the children of a killed postmaster cause in their last moments.
const PASSING = /pre-existing shared memory block|lock file "postmaster.pid" already exists/;

/** A server that comes back, on the same port, until it is told to stop. */
export class KeptServer {
  readonly ended: Promise<void>;
  #settleEnded!: { resolve: () => void; reject: (error: unknown) => void };
  #current: SupervisedServer | undefined;
  #isStopping = false;

  constructor(
    private readonly plan: Omit<ServerPlan, 'args'>,
    private readonly options: { progress: (line: string) => void; settings?: Record<string, string> },
  ) {
    this.ended = new Promise((resolve, reject) => (this.#settleEnded = { resolve, reject }));
  }

  async start(preferredPort: number | undefined): Promise<number> {
    for (let attempt = 1; ; attempt++) {
      const port = await findFreePort(attempt === 1 ? preferredPort : undefined);
      try {
        await this.#launch(port);
        void this.#keep(port).then(this.#settleEnded.resolve, this.#settleEnded.reject);
        return port;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        if (attempt === ATTEMPTS || !(PORT_TAKEN.test(reason) || PASSING.test(reason))) throw error;
        await sleep(300);
      }
    }
  }

  requestStop(): void {
    this.#isStopping = true;
    this.#current?.requestStop();
  }

  async #launch(port: number): Promise<void> {
    await endLeftoverServer(this.plan.data, this.options.progress);
    const args = serverArguments(this.plan.data, port, this.options.settings);
    this.#current = await startServer({ ...this.plan, args });
    if (this.#isStopping) this.#current.requestStop();
  }

  async #keep(port: number): Promise<void> {
    for (;;) {
      const end = await this.#current?.ended;
      // A killed supervisor leaves its watcher behind, which stops the server once our end of the pipe is closed.
      this.#current?.requestStop();
      if (this.#isStopping) return;
      this.options.progress(`PostgreSQL ended unexpectedly (${end}); starting it again on port ${port} …`);
      await this.#revive(port);
    }
  }

  async #revive(port: number): Promise<void> {
    for (let attempt = 1; !this.#isStopping; attempt++) {
      await sleep(attempt * 150);
      try {
        await this.#launch(port);
        this.options.progress(`PostgreSQL is back on port ${port}`);
        return;
      } catch (error) {
        if (attempt === ATTEMPTS) throw new EmbeddedPostgresError('PostgreSQL cannot be brought back.', { cause: error });
      }
    }
  }
}
