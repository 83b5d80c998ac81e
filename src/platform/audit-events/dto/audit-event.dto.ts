import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, Matches } from 'class-validator';
import { ACTOR_TYPES, type AuditFilter, type StoredAuditEvent } from '../../audit/index.js';
import { IsMoment, ListQuery } from '../../http/index.js';

// PostgreSQL takes no NUL in text.
const PRINTABLE = /^[^\p{Cc}]{1,256}$/u;

export class AuditEventsQuery extends ListQuery {
  @ApiPropertyOptional({
    description: 'Events of this organization. A caller that belongs to one sees only its own in any case.',
    example: 'org_01kamx4f5ye8wvq3m2ts6dgn0h',
  })
  @IsOptional()
  @Matches(PRINTABLE)
  org_id?: string;

  @ApiPropertyOptional({ description: 'Id or name of who did it.', example: 'sp_01kamx4f5ye8wvq3m2ts6dgn0h' })
  @IsOptional()
  @Matches(PRINTABLE)
  actor?: string;

  @ApiPropertyOptional({ description: 'What was done.', example: 'service_principal.secret.rotated' })
  @IsOptional()
  @Matches(/^[a-z0-9_]+(?:\.[a-z0-9_]+){0,5}$/)
  action?: string;

  @ApiPropertyOptional({ description: 'Id of what it was done to.', example: 'sp_01kamx4f5ye8wvq3m2ts6dgn0h' })
  @IsOptional()
  @Matches(PRINTABLE)
  target?: string;

  @ApiPropertyOptional({ enum: ['success', 'failure'], description: 'How it ended.', example: 'success' })
  @IsOptional()
  @IsIn(['success', 'failure'])
  result?: 'success' | 'failure';

  @ApiPropertyOptional({ format: 'date-time', description: 'Not before this time.', example: '2026-11-01T00:00:00Z' })
  @IsOptional()
  @IsMoment()
  from?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Before this time.', example: '2026-12-01T00:00:00Z' })
  @IsOptional()
  @IsMoment()
  to?: string;

  toFilter(): AuditFilter {
    const { org_id: orgId, actor, action, target, result, from, to } = this;
    return {
      orgId,
      actor,
      action,
      target,
      result,
      from: from === undefined ? undefined : new Date(from),
      to: to === undefined ? undefined : new Date(to),
    };
  }
}

class AuditActorDocument {
  @ApiProperty({ enum: ACTOR_TYPES, example: 'service_principal', description: 'Kind of actor.' })
  type!: string;

  @ApiProperty({ type: String, nullable: true, example: 'sp_01kamx4f5ye8wvq3m2ts6dgn0h', description: 'Its id.' })
  id!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'nightly-export', description: 'Its name at that time.' })
  name!: string | null;
}

class AuditTargetDocument {
  @ApiProperty({ example: 'service_principal', description: 'Kind of thing.' })
  type!: string;

  @ApiProperty({ type: String, nullable: true, example: 'sp_01kamx4f5ye8wvq3m2ts6dgn0h', description: 'Its id.' })
  id!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'nightly-export', description: 'Its name at that time.' })
  name!: string | null;
}

export class AuditEventDocument {
  @ApiProperty({ description: 'Id of the event; later events have greater ids.', example: 'evt_01kamx4f5ye8wvq3m2ts6dgn0h' })
  id!: string;

  @ApiProperty({ format: 'date-time', description: 'When it happened.', example: '2026-11-22T08:00:00.000Z' })
  time!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The organization it belongs to; null: the platform.',
    example: 'org_01kamx4f5ye8wvq3m2ts6dgn0h',
  })
  org_id!: string | null;

  @ApiProperty({ type: AuditActorDocument, description: 'Who did it.' })
  actor!: AuditActorDocument;

  @ApiProperty({ description: 'What was done: resource and past verb.', example: 'service_principal.created' })
  action!: string;

  @ApiProperty({ type: AuditTargetDocument, nullable: true, description: 'What it was done to.' })
  target!: AuditTargetDocument | null;

  @ApiProperty({ enum: ['success', 'failure'], description: 'How it ended.', example: 'success' })
  result!: string;

  @ApiProperty({ type: String, nullable: true, description: 'Why it failed.', example: null })
  reason_code!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The request that caused it.',
    example: '6f1c4a1e-3f0b-4c39-a6b4-0f4d6f0c8a52',
  })
  request_id!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Source address.', example: '203.0.113.7' })
  ip!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'User agent of the request.', example: 'curl/8.5.0' })
  user_agent!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The trace that the request belonged to (W3C Trace Context), where the caller sent one or tracing is on.',
    example: '4bf92f3577b34da6a3ce929d0e0e4736',
  })
  trace_id!: string | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'More about it; changes carry before and after, never a secret.',
    example: { client_id: 'sp_01kamx4f5ye8wvq3m2ts6dgn0h' },
  })
  details!: Record<string, unknown>;

  static from(event: StoredAuditEvent): AuditEventDocument {
    const { id, org_id, action, result, reason_code, request_id, ip, user_agent, trace_id, details } = event;
    const target = event.target_type === null ? null : { type: event.target_type, id: event.target_id, name: event.target_name };
    const actor = { type: event.actor_type, id: event.actor_id, name: event.actor_name };
    return {
      id,
      time: event.time.toISOString(),
      org_id,
      actor,
      action,
      target,
      result,
      reason_code,
      request_id,
      ip,
      user_agent,
      trace_id,
      details,
    };
  }
}

export class AuditEventList {
  @ApiProperty({ type: [AuditEventDocument] })
  data!: AuditEventDocument[];

  @ApiProperty({ type: String, nullable: true, description: 'Cursor of the next page; null on the last.', example: null })
  next_cursor!: string | null;
}
