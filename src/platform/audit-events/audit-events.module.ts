import { Module } from '@nestjs/common';
import { AuditEventsController } from './audit-events.controller.js';
import { AuditEvents } from './audit-events.service.js';

/** `GET /v1/audit-events`. Apart from `audit`, because HTTP knows the audit and not the other way round. */
@Module({ controllers: [AuditEventsController], providers: [AuditEvents] })
export class AuditEventsModule {}
