export { DEVICE_PAGE } from './device-authorization.service.js';
export { DeviceAuthorizationModule } from './device-authorization.module.js';
export { DeviceForms, displayedUserCode } from './device-forms.js';
export { UserCodeForm } from './dto/device-authorization.dto.js';
