/** The architecture, as rules (docs/architecture.md). `npm run boundaries` prints no violation while they hold. */

// A lib may import only libs to its right.
const order = [
  'subscriptions',
  'drift',
  'ledger',
  'cloud-accounts',
  'aws-credentials',
  'iam-setup',
  'access',
  'events',
  'idempotency',
  'encryption',
  'database',
  'graphql',
  'kernel',
];

const onlyToTheRight = order.slice(1).map((lib, i) => ({
  name: `${lib}-imports-only-libs-to-its-right`,
  comment: `Order: ${order.join(' -> ')}. To ask a lib on the left, own a port and let src/domain-wiring.module.ts bind it.`,
  severity: 'error',
  from: { path: `^libs/${lib}/` },
  to: { path: '^libs/', pathNot: `^libs/(${order.slice(i + 1).join('|')})/` },
}));

// Inside a lib a folder is a capability. It may import the root of the lib, and the folders to its right.
const capabilities = {
  'cloud-accounts': [
    'usage-audit',
    'force-detach',
    'connecting',
    'rotation',
    'deletion',
    'credential-trials',
    'blockers',
    'health',
  ],
  'aws-credentials': ['rotation', 'access', 'access-keys', 'access-roles', 'verification', 'uses', 'aws'],
  drift: ['findings', 'checks'],
  subscriptions: ['sandbox-provisioner', 'provisioning', 'lifecycle'],
};

const onlyCapabilitiesToTheRight = Object.entries(capabilities).flatMap(([lib, folders]) => [
  {
    name: `root-of-${lib}-imports-no-capability`,
    comment: 'At the root of a lib is only what its capabilities share. The module joins them.',
    severity: 'error',
    from: { path: `^libs/${lib}/src/[^/]+$`, pathNot: ['\\.module\\.ts$', '/index\\.ts$', '\\.spec\\.ts$'] },
    to: { path: `^libs/${lib}/src/(${folders.join('|')})/` },
  },
  ...folders.slice(1).map((folder, i) => ({
    name: `${lib}-${folder}-imports-only-capabilities-to-its-right`,
    comment: `Order: ${folders.join(' -> ')}.`,
    severity: 'error',
    from: { path: `^libs/${lib}/src/${folder}/`, pathNot: '\\.spec\\.ts$' },
    to: { path: `^libs/${lib}/src/(${folders.slice(0, i + 1).join('|')})/` },
  })),
]);

// What a file is stands in its name: GraphQL's and the database's side of a domain, and what calls AWS.
const edges = [
  '^libs/[^/]+/src/(graphql|typeorm|aws|rest|file)/',
  '[.](resolver|resolvers|type|types|input|inputs|enums|payloads|nodes)[.]ts$',
  '/(typeorm|sdk)-[^/]+$',
];

module.exports = {
  forbidden: [
    ...onlyToTheRight,
    ...onlyCapabilitiesToTheRight,
    {
      name: 'kernel-is-pure',
      comment: 'The kernel is plain TypeScript: no framework, no other lib.',
      severity: 'error',
      from: { path: '^libs/kernel/', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: '^libs/kernel/', dependencyTypesNot: ['core'] },
    },
    {
      name: 'packages-stand-alone',
      comment:
        'A package is published on its own: it imports packages that its package.json lists, and nothing of the gateway.',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^(libs|src|test|web)/' },
    },
    {
      name: 'iam-policy-is-pure',
      comment: "IAM's policy language is plain TypeScript, without dependencies.",
      severity: 'error',
      from: { path: '^packages/iam-policy/', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: '^packages/iam-policy/', dependencyTypesNot: ['core'] },
    },
    {
      name: 'front-door-only-to-packages',
      severity: 'error',
      from: { path: '^(src|libs|packages)/', pathNot: '^packages/([^/]+)/' },
      to: { path: '^packages/[^/]+/src/', pathNot: '^packages/[^/]+/src/index\\.ts$' },
    },
    {
      name: 'libs-do-not-know-the-host',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^(src|test)/' },
    },
    {
      name: 'front-door-only-between-libs',
      comment: 'Another lib is what its index.ts says it is.',
      severity: 'error',
      from: { path: '^libs/([^/]+)/' },
      to: { path: '^libs/[^/]+/src/', pathNot: ['^libs/$1/', '^libs/[^/]+/src/index\\.ts$'] },
    },
    {
      name: 'front-door-only-from-the-host',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^libs/[^/]+/src/', pathNot: '^libs/[^/]+/src/index\\.ts$' },
    },
    {
      name: 'domain-does-not-know-its-edges',
      comment:
        'Resolvers, GraphQL types, TypeORM and AWS know the domain; never the other way round. Only the module joins them.',
      severity: 'error',
      from: {
        path: '^libs/(subscriptions|drift|ledger|cloud-accounts|aws-credentials|iam-setup|idempotency|access|events|encryption)/src/',
        pathNot: [...edges, '\\.module\\.ts$', '/index\\.ts$', '\\.spec\\.ts$', '/testing/'],
      },
      to: {
        path: [
          ...edges,
          '^libs/(graphql|database)/',
          'node_modules/(@nestjs/graphql|@nestjs/apollo|@apollo|graphql|@aws-sdk|@smithy|mysql2)/',
        ],
      },
    },
    {
      name: 'only-the-host-imports-the-sandbox',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^packages/aws-sandbox/' },
    },
    {
      name: 'the-sandbox-is-imported-lazily',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^packages/aws-sandbox/', dependencyTypesNot: ['dynamic-import', 'type-only'] },
    },
    {
      name: 'the-playground-stands-alone',
      comment: 'The playground runs in a browser, and knows the gateway by its schema alone.',
      severity: 'error',
      from: { path: '^web/playground/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^(src|libs|test)/' },
    },
    {
      name: 'nobody-knows-the-playground',
      comment: 'The gateway serves what was built of it.',
      severity: 'error',
      from: { path: '^(src|libs)/' },
      to: { path: '^web/' },
    },
    {
      name: 'the-bench-programs-stand-alone',
      comment: 'The gateway is compared with servers that share nothing with it, and have packages of their own.',
      severity: 'error',
      from: { path: '^test/bench/programs/' },
      to: { path: '^(src|libs|web|test)/', pathNot: '^test/bench/programs/' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(test/bench/programs|packages/[^/]+)/dist/' },
    enhancedResolveOptions: {
      conditionNames: ['source', 'import', 'require', 'node', 'default'],
      exportsFields: ['exports'],
      extensions: ['.ts', '.tsx', '.js'],
    },
  },
};
