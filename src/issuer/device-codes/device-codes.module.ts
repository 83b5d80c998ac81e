import { Module } from '@nestjs/common';
import { DeviceCodesRepository } from './device-codes.repository.js';
import { DeviceCodes } from './device-codes.service.js';

@Module({ providers: [DeviceCodesRepository, DeviceCodes], exports: [DeviceCodes] })
export class DeviceCodesModule {}
