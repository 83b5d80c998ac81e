import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayUnique, IsArray, IsIn } from 'class-validator';
import { ListQuery } from '../../../platform/http/index.js';
import { Omittable } from '../../../directory/administration/index.js';
import type { AppPolicy } from '../app-policies.repository.js';
import { REQUEST_STATES, type AppRequest, type RequestState } from '../app-requests.repository.js';
import { IsAppId } from './is-app-id.decorator.js';
import { ADMISSION_MODES, type AdmissionMode } from '../consent.policy.js';

const MODE = 'all: every approved app. listed: those of app_ids only. ask: those too, and people can ask for others.';
const APP_IDS = ['app_01kamx4f5ye8wvq3m2ts6dgn0h'];

export class AppPolicyDocument {
  @ApiProperty({ enum: ADMISSION_MODES, description: MODE, example: 'listed' })
  mode!: string;

  @ApiProperty({
    type: [String],
    example: APP_IDS,
    description: 'The apps that are admitted. Apps that the organization publishes itself need not be listed.',
  })
  app_ids!: string[];

  static from({ mode, listed }: AppPolicy): AppPolicyDocument {
    return { mode, app_ids: [...listed] };
  }
}

export class WriteAppPolicy {
  @ApiPropertyOptional({ enum: ADMISSION_MODES, description: MODE, example: 'listed' })
  @Omittable()
  @IsIn(ADMISSION_MODES)
  mode?: AdmissionMode;

  @ApiPropertyOptional({ type: [String], example: APP_IDS, description: 'Approved apps; replaces the list.' })
  @Omittable()
  @ArrayMaxSize(1_000)
  @ArrayUnique()
  @IsAppId({ each: true })
  @IsArray()
  app_ids?: string[];
}

export class ListAppRequests extends ListQuery {
  @ApiPropertyOptional({ enum: REQUEST_STATES, description: 'Only those in this state.', example: 'open' })
  @Omittable()
  @IsIn(REQUEST_STATES)
  status?: RequestState;
}

export class AppRequestDocument {
  @ApiProperty({ description: 'Id of the request.', example: 'req_01kamx4f5ye8wvq3m2ts6dgn0h' })
  id!: string;

  @ApiProperty({ description: 'The app that somebody would like to use.', example: 'app_01kamx4f5ye8wvq3m2ts6dgn0h' })
  app_id!: string;

  @ApiProperty({ description: 'The API at which the app asked for something.', example: 'api_01kamx4f5ye8wvq3m2ts6dgn0h' })
  api_id!: string;

  @ApiProperty({ type: [String], description: 'What it asked for.', example: ['read:analytics-data'] })
  scopes!: string[];

  @ApiProperty({ description: 'Who asked first.', example: 'usr_01kamx4f5ye8wvq3m2ts6dgn0h' })
  user_id!: string;

  @ApiProperty({ enum: REQUEST_STATES, description: 'What was decided.', example: 'open' })
  status!: string;

  @ApiProperty({ type: String, nullable: true, description: 'Who decided.', example: null })
  decided_by!: string | null;

  @ApiProperty({ format: 'date-time', description: 'When somebody asked.', example: '2026-11-22T08:00:00.000Z' })
  created_at!: string;

  @ApiProperty({ type: String, nullable: true, format: 'date-time', description: 'When it was decided.', example: null })
  decided_at!: string | null;

  static from({ id, appId, apiId, scopes, userId, status, decidedBy, createdAt, decidedAt }: AppRequest): AppRequestDocument {
    return {
      id,
      app_id: appId,
      api_id: apiId,
      scopes: [...scopes],
      user_id: userId,
      status,
      decided_by: decidedBy ?? null,
      created_at: createdAt.toISOString(),
      decided_at: decidedAt?.toISOString() ?? null,
    };
  }
}

export class AppRequestList {
  @ApiProperty({ type: [AppRequestDocument] })
  data!: AppRequestDocument[];

  @ApiProperty({ type: String, nullable: true, description: 'Cursor of the next page; null on the last.', example: null })
  next_cursor!: string | null;
}
