import { addOperations, OTHER, type OperationUse } from '../../directory/usage/index.js';

/** Operations that a consent tells apart, those that came first; the others are one. */
export const MAX_OPERATIONS = 50;

/** What is known together with what comes in now, within the bounds of a row. */
export function withOperations(known: readonly OperationUse[], more: readonly OperationUse[], max = MAX_OPERATIONS): OperationUse[] {
  const names = new Set(known.map(({ operation }) => operation).filter((name) => name !== OTHER));
  const bounded = more.map((use) => {
    if (names.size < max && use.operation !== OTHER) names.add(use.operation);
    return names.has(use.operation) ? use : { ...use, operation: OTHER };
  });
  return addOperations(known, bounded);
}

/** The most called first, for who reads them. */
export function mostUsedFirst(operations: readonly OperationUse[]): OperationUse[] {
  return operations.toSorted((one, other) => total(other) - total(one) || (one.operation < other.operation ? -1 : 1));
}

function total({ calls, denials }: OperationUse): number {
  return calls + denials;
}
