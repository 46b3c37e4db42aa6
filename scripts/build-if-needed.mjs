// Builds parts of dist/ that are missing or older than their sources, so that `npm start` is one command; with --anyway
// all parts. Without the build tools, as after `npm prune --omit=dev`, uses what was built.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const parts = [
  {
    name: 'the gateway',
    built: 'dist/bundle/main.js',
    sources: [
      'src',
      'libs',
      'packages/iam-policy/src',
      'packages/aws-sandbox/src',
      'tsconfig.json',
      'tsconfig.build.json',
      'scripts/rolldown.config.mjs',
      'package-lock.json',
    ],
    command: ['rolldown/bin/cli.mjs', '-c', 'scripts/rolldown.config.mjs'],
    // It prints a line for each file.
    isChatty: true,
  },
  {
    name: 'the playground',
    built: 'dist/playground/index.html',
    sources: ['web/playground', 'package-lock.json'],
    command: ['vite/bin/vite.js', 'build', 'web/playground'],
  },
];

const newest = (path) => {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
};

const isAnyway = process.argv[1] === import.meta.filename && process.argv.includes('--anyway');

const isStale = ({ built, sources, command: [tool] }) => {
  const isBuilt = existsSync(join(root, built));
  if (isAnyway || !isBuilt) return true;
  if (!existsSync(join(root, 'node_modules', tool))) return false;
  const since = statSync(join(root, built)).mtimeMs;
  return sources.some((source) => existsSync(join(root, source)) && newest(join(root, source)) > since);
};

/** Sequentially: a part that is built from another part is checked after it. */
function* staleParts() {
  for (const part of parts) if (isStale(part)) yield part;
}

for (const {
  name,
  command: [program, ...args],
  isChatty = false,
} of staleParts()) {
  // On stderr, because programs can read the result on stdout.
  console.error(`Building ${name} …`);
  const path = join(root, 'node_modules', program);
  if (!existsSync(path)) {
    console.error('The build tools are not installed. Run: npm ci && npm run build');
    process.exit(1);
  }
  const { status } = spawnSync(process.execPath, [path, ...args], {
    cwd: root,
    stdio: ['inherit', isChatty ? 'ignore' : process.stderr, 'inherit'],
  });
  if (status !== 0) process.exit(status ?? 1);
}
