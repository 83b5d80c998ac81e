import { Global, Module } from '@nestjs/common';
import { AuditBatches } from './audit-batches.js';
import { AuditLog } from './audit-log.js';
import { AuditRepository } from './audit.repository.js';
import { AuditWriter } from './audit-writer.js';
import { RefusalCounter } from './refusal-counter.js';
import { SingleUseValues } from './single-use-values.js';

@Global()
@Module({
  providers: [AuditBatches, AuditRepository, AuditLog, AuditWriter, RefusalCounter, SingleUseValues],
  exports: [AuditRepository, AuditLog, AuditWriter, RefusalCounter, SingleUseValues],
})
export class AuditModule {}
