/**
 * Packs the library as npm would, installs the tarball in an empty project, and uses it there as a stranger: every
 * entry point is imported, its types are compiled under two module resolutions, and optional peers stay optional.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = new URL('..', import.meta.url).pathname;
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const work = mkdtempSync(join(tmpdir(), 'bailiff-package-'));
const run = (command, args, cwd = work) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

try {
  const [packed] = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', work], root));
  const tarball = join(work, packed.filename);
  const names = packed.files.map((file) => file.path);
  const forbidden = names.filter((name) => /^(test|bench|examples|scripts|src)\//.test(name) || name.endsWith('.map'));
  if (forbidden.length > 0)
    throw new Error(`The tarball holds what it should not: ${forbidden.slice(0, 5).join(', ')}`);
  console.log(`packed ${packed.filename}: ${names.length} files, ${(packed.size / 1024).toFixed(0)} kB`);

  // 1. Without any peer: the core, the API client, webhooks and the offline instance must import.
  project('bare', [tarball]);
  const bare = ['.', './api', './api/users', './webhooks', './local'];
  importAll('bare', bare);
  run('npx', ['--no-install', 'bailiff', '--version'], join(work, 'bare'));

  // 2. A Hono user has no Express, and the other way round.
  project('hono', [tarball, `hono@${manifest.devDependencies.hono}`]);
  importAll('hono', ['./hono']);
  project('express', [tarball, `express@${manifest.devDependencies.express}`]);
  importAll('express', ['./express']);

  // 3. Types, under both module resolutions that matter.
  const dev = manifest.devDependencies;
  project('types', [
    tarball,
    `typescript@${dev.typescript}`,
    `hono@${dev.hono}`,
    `express@${dev.express}`,
    `@types/express@${dev['@types/express']}`,
    `@types/node@${dev['@types/node']}`,
  ]);
  writeFileSync(
    join(work, 'types/app.ts'),
    `import { createAuthenticator, ConfigurationError, type Auth } from 'bailiff';
import { clerkMiddleware as forExpress, requireAuth as expressGuard } from 'bailiff/express';
import { clerkMiddleware as forHono, requirePermission } from 'bailiff/hono';
import { createBackendApi } from 'bailiff/api';
import { verifyWebhook } from 'bailiff/webhooks';
import { startLocalInstance } from 'bailiff-local';
export const used = [createAuthenticator, ConfigurationError, forExpress, expressGuard, forHono, requirePermission, createBackendApi, verifyWebhook, startLocalInstance];
export const who = (auth: Auth): string | null => (auth.tokenType === 'session_token' ? auth.userId : null);
`,
  );
  for (const [module, moduleResolution] of [
    ['node16', 'node16'],
    ['esnext', 'bundler'],
  ]) {
    run(
      'npx',
      [
        '--no-install',
        'tsc',
        '--noEmit',
        '--strict',
        '--skipLibCheck',
        'false',
        '--lib',
        'es2023,dom,dom.iterable',
        '--target',
        'es2022',
        '--types',
        'node',
        '--module',
        module,
        '--moduleResolution',
        moduleResolution,
        'app.ts',
      ],
      join(work, 'types'),
    );
    console.log(`types compile under moduleResolution ${moduleResolution}`);
  }
  run('npx', ['--no-install', 'publint', '--strict', root], root);
  console.log('publint: clean');
  run(
    'npx',
    ['--no-install', 'attw', tarball, '--profile', 'esm-only', '--exclude-entrypoints', './package.json'],
    root,
  );
  console.log('arethetypeswrong: clean');
} finally {
  rmSync(work, { recursive: true, force: true });
}

function project(name, packages) {
  const folder = join(work, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, private: true, type: 'module' }));
  run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--legacy-peer-deps', ...packages], folder);
}

function importAll(name, entries) {
  for (const entry of entries) {
    const specifier = entry === '.' ? 'bailiff' : `bailiff/${entry.slice(2)}`;
    run(
      'node',
      [
        '--input-type=module',
        '-e',
        `const m = await import('${specifier}'); if (Object.keys(m).length === 0) throw new Error('${specifier} exports nothing')`,
      ],
      join(work, name),
    );
    console.log(`imported ${specifier} in an empty project (${name})`);
  }
}
