export type { AllowedAccess, AllowedDeviceCode, WaitingDevice } from './device-code.js';
export { DeviceCodes, type NewDevice } from './device-codes.service.js';
export { DeviceCodesModule } from './device-codes.module.js';
export { displayUserCode, readUserCode } from './user-code.policy.js';
