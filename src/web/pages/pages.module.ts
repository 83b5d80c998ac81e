import { Module } from '@nestjs/common';
import { ApiKeysModule } from '../../directory/api-keys/index.js';
import { IdentityProvidersModule } from '../../directory/identity-providers/index.js';
import { UsersModule } from '../../directory/users/index.js';
import { AuthorizationModule } from '../../issuer/authorization/index.js';
import { DeviceAuthorizationModule } from '../../issuer/device-authorization/index.js';
import { LogoutModule } from '../../issuer/logout/index.js';
import { OwnAppsModule } from '../../issuer/own-apps/index.js';
import { ProviderSignInModule } from '../../issuer/provider-sign-in/index.js';
import { SessionsModule } from '../../issuer/sessions/index.js';
import { ErrorPages } from '../../platform/http/index.js';
import { AccountPages } from './account/account-pages.js';
import { AccountPagesController } from './account/account-pages.controller.js';
import { TokenPages } from './account/token-pages.js';
import { TokenPagesController } from './account/token-pages.controller.js';
import { ConsentPagesController } from './consent/consent-pages.controller.js';
import { Consent } from './consent/consent.js';
import { Device } from './device/device.js';
import { DevicePagesController } from './device/device-pages.controller.js';
import { FORM_PAGES, type FormPage } from './errors/failure.js';
import { PageErrors } from './errors/page-errors.js';
import { Assets } from './kit/assets.js';
import { AssetsController } from './kit/assets.controller.js';
import { Pages } from './kit/index.js';
import { Join } from './sign-in/join.js';
import { Login } from './sign-in/login.js';
import { Logout } from './sign-in/logout.js';
import { OrganizationSignIn } from './sign-in/organization.js';
import { ProviderPagesController } from './sign-in/provider-pages.controller.js';
import { ProviderSignInPages } from './sign-in/provider-sign-in.js';
import { Reset } from './sign-in/reset.js';
import { SignInPagesController } from './sign-in/sign-in-pages.controller.js';

/** Those that are drawn again when their form fails. */
const WITH_FORMS = [AccountPages, TokenPages, Login, Join, Reset, OrganizationSignIn, Consent, Device];

/** Pages for people. */
@Module({
  imports: [
    ApiKeysModule,
    AuthorizationModule,
    DeviceAuthorizationModule,
    IdentityProvidersModule,
    LogoutModule,
    OwnAppsModule,
    ProviderSignInModule,
    SessionsModule,
    UsersModule,
  ],
  controllers: [
    AccountPagesController,
    TokenPagesController,
    AssetsController,
    SignInPagesController,
    ProviderPagesController,
    ConsentPagesController,
    DevicePagesController,
  ],
  providers: [
    Assets,
    Pages,
    ...WITH_FORMS,
    Logout,
    ProviderSignInPages,
    { provide: FORM_PAGES, inject: WITH_FORMS, useFactory: (...pages: FormPage[]) => pages },
    PageErrors,
    { provide: ErrorPages, useExisting: PageErrors },
  ],
  exports: [ErrorPages],
})
export class PagesModule {}
