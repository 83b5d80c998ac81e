import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, ValidateBy } from 'class-validator';
import { ACCESS_TOKEN_ALGS, type AccessTokenAlg } from '@countersign/oauth';
import { Omittable } from '../../directory/administration/index.js';

const MAX_TEXT = 65_536;

/** A JSON object, or a text that is signed to the letter. */
export type ObjectOrText = Readonly<Record<string, unknown>> | string;

const OBJECT_OR_TEXT = {
  oneOf: [
    { type: 'object', additionalProperties: true },
    { type: 'string', maxLength: MAX_TEXT },
  ],
};

export class SignTestToken {
  @ApiPropertyOptional({
    ...OBJECT_OR_TEXT,
    description: 'An object: its members replace and join those of a real token. A text: the whole header, to the letter.',
    example: { typ: 'JWT' },
  })
  @Omittable()
  @IsObjectOrText()
  header?: ObjectOrText;

  @ApiProperty({
    ...OBJECT_OR_TEXT,
    description: 'The claims as an object, or the whole payload as a text, to the letter.',
    example: { iss: 'http://localhost:3000', aud: 'http://localhost:3000/analytics', scope: 'read:analytics-data' },
  })
  @IsObjectOrText()
  claims!: ObjectOrText;

  @ApiPropertyOptional({
    enum: ACCESS_TOKEN_ALGS,
    description: 'The key that signs, by its algorithm; RS256 to begin with.',
    example: 'RS256',
  })
  @Omittable()
  @IsIn(ACCESS_TOKEN_ALGS)
  key?: AccessTokenAlg;

  @ApiPropertyOptional({
    enum: ACCESS_TOKEN_ALGS,
    description: 'How it signs, where that is not what the key is for: RS256 and PS256 share one type of key.',
    example: 'PS256',
  })
  @Omittable()
  @IsIn(ACCESS_TOKEN_ALGS)
  sign_as?: AccessTokenAlg;
}

export class TestTokenDocument {
  @ApiProperty({
    description: 'The signed token; good only as far as its content is.',
    example: 'eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.e30.…',
  })
  token!: string;
}

function IsObjectOrText(): PropertyDecorator {
  return ValidateBy({
    name: 'isObjectOrText',
    validator: {
      validate: (value: unknown) => (typeof value === 'string' ? value.length <= MAX_TEXT : isObject(value)),
      defaultMessage: (args) => `${args?.property ?? 'The value'} must be a JSON object, or a text of at most ${MAX_TEXT} characters.`,
    },
  });
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
