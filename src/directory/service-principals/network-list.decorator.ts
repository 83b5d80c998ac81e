import { applyDecorators } from '@nestjs/common';
import { ArrayMaxSize, ArrayUnique, IsArray, ValidateBy } from 'class-validator';
import { readNetwork } from './allowed-networks.policy.js';

const MAX_NETWORKS = 50;

/** Networks in CIDR notation, or single addresses. */
export function IsNetworkList(): PropertyDecorator {
  return applyDecorators(
    ArrayMaxSize(MAX_NETWORKS),
    ArrayUnique(),
    ValidateBy(
      {
        name: 'isNetwork',
        validator: {
          validate: (value) => typeof value === 'string' && readNetwork(value) !== undefined,
          defaultMessage: () => 'Each entry is a network in CIDR notation, such as 203.0.113.0/24.',
        },
      },
      { each: true },
    ),
    IsArray(),
  );
}
