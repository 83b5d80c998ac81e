import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Caller, ProtectedResource, RequireScopes } from '@countersign/guards';
import { ApiProblems } from '../../../directory/administration/index.js';
import type { AuditOrigin } from '../../../platform/audit/index.js';
import { InZone, Origin } from '../../../platform/http/index.js';
import { AppPreviews } from './app-previews.service.js';
import { AppPreviewDocument, PreviewApp } from './dto/app-preview.dto.js';

@ApiTags('Management: apps')
@InZone('external')
@ProtectedResource('management')
@Controller('v1/apps')
export class AppPreviewController {
  constructor(private readonly previews: AppPreviews) {}

  @Post('preview')
  @HttpCode(200)
  @RequireScopes('read:apps')
  @ApiOperation({
    operationId: 'previewApp',
    summary: 'Check the document of an app',
    description:
      'Fetches the document with which an app describes itself, at the https address that is its client_id, and says what is wrong with it, what people would be shown, and whether apps of its host are admitted. Nothing is stored.',
  })
  @ApiOkResponse({ type: AppPreviewDocument })
  @ApiProblems({}, 'rate_limited', 'validation_failed')
  preview(@Caller() caller: Caller, @Origin() origin: AuditOrigin, @Body() { client_id }: PreviewApp): Promise<AppPreviewDocument> {
    return this.previews.preview(caller, origin, client_id);
  }
}
