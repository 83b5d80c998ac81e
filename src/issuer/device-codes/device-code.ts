import type { UserAuthentication } from '@countersign/oauth';

/** What a device asks for, on behalf of whoever will be found. */
export interface DeviceRequestFacts {
  readonly clientId: string;
  readonly apiId: string;
  readonly scopes: readonly string[];
  /** Where the device asked from. */
  readonly ip: string;
}

/** A device that waits for its person. */
export interface WaitingDevice extends DeviceRequestFacts {
  /** Names it among ourselves; nobody can ask for tokens with it. */
  readonly id: string;
  readonly createdAt: Date;
}

/** What somebody has allowed to a device. */
export interface AllowedAccess {
  readonly orgId: string;
  readonly consentId: string;
  readonly userId: string;
  readonly scopes: readonly string[];
  readonly authentication: UserAuthentication;
}

/** A device code that somebody has answered with yes. */
export interface AllowedDeviceCode extends AllowedAccess {
  readonly digest: Buffer;
  readonly clientId: string;
  readonly apiId: string;
  /** Of all that comes of it: the `root` of its tokens. */
  readonly familyId: string;
}

export const DEVICE_STATES = ['waiting', 'allowed', 'denied', 'redeemed'] as const;
export type DeviceState = (typeof DEVICE_STATES)[number];

/** A device code when its device asks. */
export interface PolledDeviceCode {
  readonly state: DeviceState;
  readonly digest: Buffer;
  readonly intervalSeconds: number;
  readonly polledAt: Date | undefined;
  readonly usableUntil: Date;
  /** The database's clock, which all replicas share. */
  readonly now: Date;
  /** Once somebody has allowed it. */
  readonly allowed: AllowedDeviceCode | undefined;
}
