import { httpProblem } from '../../platform/http/index.js';

/** Reports of one API that may wait in this process. */
const MAX_WAITING = 20;
/** Connections of the pool that counting may take, however many APIs report. */
const MAX_RUNNING = 4;

interface Lane {
  length: number;
  last: Promise<unknown>;
}

/**
 * Reports of one API wait for each other here, not on a lock in the database, where each would hold a connection: an API that
 * sends hundreds at once takes one. The APIs take turns.
 */
export class IntakeLanes {
  private readonly lanes = new Map<string, Lane>();
  private readonly waiting: (() => void)[] = [];
  private running = 0;

  /** @throws Problem `service_unavailable` where too many reports of the API wait already. */
  async run<T>(apiId: string, work: () => Promise<T>): Promise<T> {
    const lane = this.lanes.get(apiId) ?? { length: 0, last: Promise.resolve() };
    if (lane.length > MAX_WAITING)
      throw httpProblem('service_unavailable', 'Too many reports of this API wait already. Try again shortly.', {
        headers: { 'retry-after': '5' },
      });
    this.lanes.set(apiId, lane);
    lane.length++;
    const result = lane.last.then(() => this.inTurn(work));
    lane.last = result.catch(() => undefined);
    try {
      return await result;
    } finally {
      if (--lane.length === 0) this.lanes.delete(apiId);
    }
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= MAX_RUNNING) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.running++;
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      // The place goes straight to who waits longest.
      if (next) next();
      else this.running--;
    }
  }
}
