import { ApiProperty } from '@nestjs/swagger';
import type { CertificateName } from '@countersign/oauth';
import { CERTIFICATE_NAME_TYPES } from '../../../platform/x509/index.js';

/** RFC 8705 §2.1.2 has a field for each kind; here the kind is a member. */
export class CertificateNameDocument implements CertificateName {
  @ApiProperty({ enum: CERTIFICATE_NAME_TYPES, description: 'Kind of the subject alternative name.', example: 'dns' })
  type!: CertificateName['type'];

  @ApiProperty({ description: 'The name as it stands in the certificate; no wildcards.', example: 'agent.example.com' })
  value!: string;
}
