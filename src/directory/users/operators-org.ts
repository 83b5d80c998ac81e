/** The reserved organization whose members operate the platform. It is there from the first start, and cannot be changed or deleted. */
export const OPERATORS_ORG = 'org_00000000000000000000000000';
