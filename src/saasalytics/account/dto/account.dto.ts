import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { IsEmail, Length, Matches, MaxLength, ValidateBy, ValidateIf } from 'class-validator';
import { isCurrency, isTimezone } from '../account.policy.js';
import type { StoredAccount } from '../account.repository.js';

/** A field may be left out; null is a value, and only some fields take it. */
const IfSent = (): PropertyDecorator => ValidateIf((_, value) => value !== undefined);

@ApiSchema({ name: 'UpdateAnalyticsAccountRequest' })
export class UpdateAccountRequest {
  @ApiPropertyOptional({ minLength: 1, maxLength: 120, example: 'Northwind Analytics' })
  @IfSent()
  @Length(1, 120, { message: 'It has not 1 to 120 characters.' })
  @Matches(/^[^\p{Cc}\p{Cs}]*$/u, { message: 'It is not a text without control characters.' })
  display_name?: string;

  @ApiPropertyOptional({ description: 'IANA time zone.', example: 'Europe/Berlin' })
  @IfSent()
  @ValidateBy({
    name: 'isTimezone',
    validator: { validate: isTimezone, defaultMessage: () => 'It is not an IANA time zone such as Europe/Berlin or UTC.' },
  })
  timezone?: string;

  @ApiPropertyOptional({ description: 'ISO 4217 currency in which amounts are meant. Stored amounts are not converted.', example: 'EUR' })
  @IfSent()
  @ValidateBy({
    name: 'isCurrency',
    validator: { validate: isCurrency, defaultMessage: () => 'It is not an ISO 4217 currency such as EUR.' },
  })
  currency?: string;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    format: 'email',
    description: 'Where invoices go; null removes it.',
    example: 'billing@northwind.example',
  })
  @ValidateIf((_, value) => value !== undefined && value !== null)
  @MaxLength(254, { message: 'It is longer than 254 characters.' })
  @IsEmail({}, { message: 'It is not an e-mail address.' })
  billing_email?: string | null;
}

@ApiSchema({ name: 'AnalyticsAccount' })
export class AccountResponse {
  @ApiProperty({ description: 'The organization the account belongs to.', example: 'org_01kb1q3m8ye2wv5w7r1n0c9s4d' })
  org_id!: string;

  @ApiProperty({ example: 'Northwind Analytics' })
  display_name!: string;

  @ApiProperty({ example: 'Europe/Berlin' })
  timezone!: string;

  @ApiProperty({ example: 'EUR' })
  currency!: string;

  @ApiProperty({ type: String, nullable: true, example: 'billing@northwind.example' })
  billing_email!: string | null;

  @ApiProperty({ description: 'The plan the organization has bought.', example: 'growth' })
  plan!: string;

  @ApiProperty({ format: 'date-time', example: '2026-08-24T00:00:00.000Z' })
  created_at!: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-20T14:02:11.301Z' })
  updated_at!: string;

  static of({ created_at, updated_at, ...account }: StoredAccount): AccountResponse {
    return { ...account, created_at: created_at.toISOString(), updated_at: updated_at.toISOString() };
  }
}
