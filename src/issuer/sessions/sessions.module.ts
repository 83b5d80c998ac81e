import { Module } from '@nestjs/common';
import { IdentityProvidersModule } from '../../directory/identity-providers/index.js';
import { UsersModule } from '../../directory/users/index.js';
import { AccountForms } from './account-forms.js';
import { AccountController } from './account.controller.js';
import { Forms } from './forms.js';
import { FormTokens } from './form-tokens.js';
import { KnownBrowsers } from './known-browsers.js';
import { SessionCredential } from './session-credential.js';
import { SessionCookie } from './session-cookie.js';
import { SessionEnds } from './session-ends.reaction.js';
import { SessionsRepository } from './sessions.repository.js';
import { Sessions } from './sessions.js';
import { SignInController } from './sign-in.controller.js';
import { SignInForms } from './sign-in-forms.js';
import { SignInLimits } from './sign-in-limits.js';
import { SignInLinks } from './sign-in-links.js';
import { SignIn } from './sign-in.service.js';
import { WayBack } from './way-back.js';

@Module({
  imports: [IdentityProvidersModule, UsersModule],
  controllers: [SignInController, AccountController],
  providers: [
    AccountForms,
    Forms,
    FormTokens,
    KnownBrowsers,
    SessionCookie,
    SessionCredential,
    SessionEnds,
    Sessions,
    SessionsRepository,
    SignIn,
    SignInForms,
    SignInLimits,
    SignInLinks,
    WayBack,
  ],
  exports: [Forms, FormTokens, SessionCredential, Sessions, SignInForms, SignInLimits, SignInLinks, WayBack],
})
export class SessionsModule {}
