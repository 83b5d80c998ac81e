import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, Length } from 'class-validator';
import { IsDisplayText, Omittable } from '../../../directory/administration/index.js';

const MAX_PASSWORD_BYTES = 4_096;

export class CsrfForm {
  @ApiProperty({ description: 'From GET /login/state, or the hidden field of the page.', example: 'uYx0Jm2o…' })
  @Length(1, 128)
  @IsString()
  csrf_token!: string;
}

/** With what an app asked that wants somebody signed out; judged on the page that follows. */
export class SignOutForm extends CsrfForm {
  @ApiPropertyOptional({ description: 'The app that asked for it.', example: 'app_01kamx4f5ye8wvq3m2ts6dgn0h' })
  @Omittable()
  @Length(1, 128)
  @IsString()
  client_id?: string;

  @ApiPropertyOptional({ description: 'Where it wants people led to; one that it has registered.', example: 'https://charts.example/' })
  @Omittable()
  @Length(1, 2_048)
  @IsString()
  post_logout_redirect_uri?: string;

  @ApiPropertyOptional({ description: 'What it wants back there.', example: 'af0ifjsldkj' })
  @Omittable()
  @Length(1, 2_048)
  @IsString()
  state?: string;
}

/** For a sign-in elsewhere: nothing but where to go on. */
export class SignInTargetForm extends CsrfForm {
  @ApiPropertyOptional({
    description: 'Path of this server to go to afterwards; anything else leads to the account page.',
    example: '/account',
  })
  @Omittable()
  @Length(1, 8_192)
  @IsString()
  return_to?: string;
}

export class FindProviderForm extends SignInTargetForm {
  @ApiProperty({ description: 'E-mail address; only its domain is looked at.', example: 'ada@example.com' })
  @Length(1, 320)
  @IsString()
  email!: string;
}

export class SignInForm extends SignInTargetForm {
  @ApiProperty({ description: 'E-mail address.', example: 'ada@example.com' })
  @Length(1, 320)
  @IsString()
  email!: string;

  @ApiProperty({ description: 'Password.', example: 'correct horse battery' })
  @Length(1, MAX_PASSWORD_BYTES)
  @IsString()
  password!: string;
}

export class JoinForm extends SignInTargetForm {
  @ApiProperty({ description: 'The link parameter of the link that was sent.', example: 'csn_invite_…' })
  @Length(1, 128)
  @IsString()
  link!: string;

  @ApiPropertyOptional({
    description: 'Name for others to see, of somebody new; their address without one. An account that exists keeps its name.',
    example: 'Ada Lovelace',
  })
  @Omittable()
  @IsDisplayText(100)
  name?: string;

  @ApiProperty({
    description: 'The password of the account here; for somebody new the one they choose, of at least 12 characters.',
    example: 'correct horse battery',
  })
  @Length(1, MAX_PASSWORD_BYTES)
  @IsString()
  password!: string;
}

export class JoinAsForm extends CsrfForm {
  @ApiProperty({ description: 'The link parameter of the link that was sent.', example: 'csn_invite_…' })
  @Length(1, 128)
  @IsString()
  link!: string;
}

export class ResetPasswordForm extends CsrfForm {
  @ApiProperty({ description: 'The link parameter of the link that was handed over.', example: 'csn_reset_…' })
  @Length(1, 128)
  @IsString()
  link!: string;

  @ApiProperty({ description: 'The one they choose, of at least 12 characters.', example: 'four entirely other words' })
  @Length(1, MAX_PASSWORD_BYTES)
  @IsString()
  password!: string;
}

export class ChangePasswordForm extends CsrfForm {
  @ApiProperty({ description: 'The password that they have.', example: 'correct horse battery' })
  @Length(1, MAX_PASSWORD_BYTES)
  @IsString()
  current_password!: string;

  @ApiProperty({ description: 'The one they choose, of at least 12 characters.', example: 'four entirely other words' })
  @Length(1, MAX_PASSWORD_BYTES)
  @IsString()
  new_password!: string;
}
