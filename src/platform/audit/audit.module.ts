import { Global, Module } from '@nestjs/common';
import { AuditBatches } from './audit-batches.js';
import { AuditLog } from './audit-log.js';
import { AuditRepository } from './audit.repository.js';
import { AuditWriter } from './audit-writer.js';
import { RefusalCounter } from './refusal-counter.js';

@Global()
@Module({
  providers: [AuditBatches, AuditRepository, AuditLog, AuditWriter, RefusalCounter],
  exports: [AuditRepository, AuditLog, AuditWriter, RefusalCounter],
})
export class AuditModule {}
