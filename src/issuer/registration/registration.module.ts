import { Module } from '@nestjs/common';
import { AdministrationModule } from '../../directory/administration/index.js';
import { ThirdPartyAppsModule } from '../../directory/third-party-apps/index.js';
import { AppPreviewController } from './metadata-documents/app-preview.controller.js';
import { AppPreviews } from './metadata-documents/app-previews.service.js';
import { DocumentBudgets } from './metadata-documents/document-budgets.js';
import { MetadataDocumentSource } from './metadata-documents/metadata-document-source.js';
import { MetadataDocuments } from './metadata-documents/metadata-documents.service.js';
import { StoredApps } from './metadata-documents/stored-apps.js';

@Module({
  imports: [AdministrationModule, ThirdPartyAppsModule],
  controllers: [AppPreviewController],
  providers: [AppPreviews, DocumentBudgets, MetadataDocuments, MetadataDocumentSource, StoredApps],
  exports: [MetadataDocumentSource, StoredApps],
})
export class RegistrationModule {}
