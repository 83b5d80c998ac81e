import { DataSource } from 'typeorm';

/** TypeORM's Nest module ends the pool before the global modules, some of which still have something to write. This one stays until `close`. */
export class LastingDataSource extends DataSource {
  override destroy(): Promise<void> {
    return Promise.resolve();
  }

  async close(): Promise<void> {
    if (this.isInitialized) await super.destroy();
  }
}
