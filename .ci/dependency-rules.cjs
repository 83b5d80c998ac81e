// Areas from top to bottom. An area may import only the areas written below it.
const AREAS = [
  'src/(?:app\\.module|main|start|start-failure)\\.ts|src/bootstrap',
  'src/(?:saasalytics|web|cli)',
  'src/issuer',
  'src/directory',
  'src/platform',
  'libs',
];
const downOnly = AREAS.slice(1).map((area, i) => ({
  name: 'down-only',
  severity: 'error',
  comment: 'areas import downwards only',
  from: { path: `^(?:${area})` },
  to: { path: `^(?:${AREAS.slice(0, i + 1).join('|')})` },
}));
const error = (name, comment, from, to) => ({ name, severity: 'error', comment, from, to });
module.exports = {
  forbidden: [
    ...downOnly,
    error('no-cycles', 'not even inside one module', {}, { circular: true }),
    error(
      'use-the-door',
      'another module is entered through its index.ts',
      { path: '^src/([^/]+)/([^/]+)/' },
      { path: '^src/(?:directory|issuer|platform)/[^/]+/', pathNot: ['^src/$1/$2/', '^src/[^/]+/[^/]+/index\\.ts$'] },
    ),
    error(
      'libs-have-one-door',
      'a lib is imported as @countersign/<name>',
      { path: '^libs/([^/]+)/|^(?:src|test)/' },
      { path: '^libs/[^/]+/src/(?!index\\.ts$)', pathNot: '^libs/$1/' },
    ),
    error(
      'reference-api-is-an-outsider',
      'Saasalytics proves the SDK: it knows libs and platform, nothing else of ours',
      { path: '^src/saasalytics/' },
      { path: '^src/(?:issuer|directory|web|cli)/' },
    ),
    error(
      'surfaces-are-strangers',
      'surfaces never import each other',
      { path: '^src/(web|cli)/' },
      { path: '^src/(?:saasalytics|web|cli)/', pathNot: '^src/$1/' },
    ),
    error(
      'grants-decide-only',
      'a grant sees no HTTP, no keys, no SQL',
      { path: '\\.grant\\.ts$', pathNot: '\\.spec\\.ts$' },
      { path: 'node_modules/(?:express|jose|pg|kysely|typeorm)/|\\.(?:controller|filter)\\.tsx?$' },
    ),
    error(
      'policies-are-pure',
      'facts in, verdict out',
      { path: '\\.policy\\.tsx?$' },
      { path: '\\.(?:service|repository|controller)\\.tsx?$|node_modules/@nestjs' },
    ),
    error(
      'controllers-skip-no-layer',
      'controller, service, repository',
      { path: '\\.controller\\.tsx?$' },
      { path: '\\.repository\\.ts$' },
    ),
    error(
      'sql-in-repositories',
      'only *.repository.ts and platform/database speak SQL (entities may import typeorm decorators; forbid DataSource, QueryRunner and raw queries elsewhere)',
      { path: '^src/(?!platform/database/)', pathNot: '\\.repository\\.ts$' },
      { path: 'node_modules/(?:pg)/' },
    ),
    error(
      'framework-free-libs',
      'these run in any Node program; a framework may lend its types',
      { path: '^libs/(?:oauth|resource-server|client|rs-check)/', pathNot: '\\.spec\\.ts$' },
      { path: 'node_modules/(?:@nestjs|express|fastify|pg|kysely|typeorm)/', dependencyTypesNot: ['type-only'] },
    ),
    error(
      'libs-know-few-libs',
      'oauth knows none; the SDKs know oauth; guards know oauth and resource-server',
      { path: '^libs/(oauth|resource-server|client|guards)/', pathNot: '\\.spec\\.ts$' },
      { path: '^libs/(?!oauth/|resource-server/)', pathNot: '^libs/$1/' },
    ),
    error('kernel-knows-none', '', { path: '^libs/oauth/' }, { path: '^libs/(?!oauth/)' }),
    error(
      'rs-check-is-a-tool',
      'it runs against any API: of ours it knows oauth and the test issuer, and nothing imports it',
      { path: '^libs/rs-check/' },
      { path: '^libs/(?!rs-check/|oauth/|testing/)|^src/|node_modules/(?!jose/|@types/node/|vitest/|ajv/)' },
    ),
    error('nobody-needs-rs-check', '', { path: '^(?:src|libs/(?!rs-check/))' }, { path: '^libs/rs-check/' }),
    error('sdks-are-independent', '', { path: '^libs/client/' }, { path: '^libs/(?!oauth/|client/)' }),
    error(
      'no-test-code-in-production',
      '',
      // rs-check is a test itself.
      { path: '^(?:src|libs)/', pathNot: '\\.spec\\.ts$|^libs/(?:testing|rs-check)/' },
      { path: '^test/|^libs/testing/|\\.spec\\.ts$' },
    ),
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist' },
  },
};
