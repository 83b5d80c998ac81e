export { AdministrationModule } from './administration.module.js';
export { isOperator, mayEnter } from './administrator.policy.js';
export { type Act, actOf, ADMINISTRATION_PROBLEMS, notFound, requireEntry, requireOperator, SYSTEM_ACT } from './administrator.js';
export { ChangeRecorder, type DirectoryChange } from './change-recorder.js';
export { type ChangedFields, changedFields } from './changed-fields.js';
export { Clearable, IsDisplayText, IsScopeName, IsServiceName, mistakeOfDisplayText, Omittable } from './field.decorators.js';
export { IdPipe } from './id.pipe.js';
export { ApiProblems } from './api-problems.decorator.js';
