export { HTTP_PROBLEMS, httpProblem, Problem, type ProblemDefinition, type ProblemDocument, type ProblemItem, type ProblemTable } from './problem.js';
export { ListQuery, listDocument, type ListDocument } from './list-query.js';
export { InZone, ZONES_METADATA } from './zone.decorator.js';
export { Origin, originOf } from './origin.js';
