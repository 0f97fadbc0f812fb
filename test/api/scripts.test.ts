import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const DOCUMENT = 'spec/clerk-backend-api-2025-11-10.json';

interface Operation {
  operationId: string;
  parameters?: object[];
  summary?: string;
  security?: object[];
  requestBody: { content: { 'application/json': { schema: { properties: Record<string, unknown> } } } };
}
interface Document {
  info: { version: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, { properties: Record<string, unknown> }> };
}

/** A copy of what the scripts need, to change at will. */
let copy: string;
beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), 'bailiff-spec-'));
  for (const path of ['scripts', 'spec', 'package.json', 'docs/api', 'src/shared/api-version.ts'])
    cpSync(join(root, path), join(copy, path), { recursive: true });
});
afterEach(() => rmSync(copy, { recursive: true, force: true }));

const run = (script: string, ...args: string[]) =>
  new Promise<{ code: number; output: string }>((done) => {
    execFile(process.execPath, [join(copy, 'scripts', script), ...args], (error, stdout, stderr) =>
      done({ code: Number(error?.code ?? 0), output: stdout + stderr }),
    );
  });
const readDocument = () => JSON.parse(readFileSync(join(copy, DOCUMENT), 'utf8')) as Document;
function writeNewer(change: (document: Document) => void): string {
  const document = readDocument();
  change(document);
  const file = join(copy, 'newer.json');
  writeFileSync(file, JSON.stringify(document));
  return file;
}

describe('generate', () => {
  it('the committed surface and table of operations are those of the document and the names', async () => {
    expect(await run('generate.mjs', '--check')).toEqual({ code: 0, output: '' });
  });

  it('--check fails when the document changed and they did not', async () => {
    const document = readDocument();
    delete document.paths['/jwks'];
    writeFileSync(join(copy, DOCUMENT), JSON.stringify(document));
    expect((await run('generate.mjs', '--check')).output).toContain('GetJWKS');
    const names = join(copy, 'spec/names.json');
    writeFileSync(names, readFileSync(names, 'utf8').replace(/.*"GetJWKS".*\n/, ''));
    const { code, output } = await run('generate.mjs', '--check');
    expect(code).toBe(1);
    expect(output).toContain('spec/surface.txt, docs/api/operations.md');
  });

  it('refuses two operations of one name, and one without a name', async () => {
    const names = join(copy, 'spec/names.json');
    const text = readFileSync(names, 'utf8');
    writeFileSync(names, text.replace('"users.unban"', '"users.ban"'));
    expect((await run('generate.mjs')).output).toContain('both called users.ban');
    writeFileSync(names, text.replace(/.*"GetUser".*\n/, ''));
    expect((await run('generate.mjs')).output).toContain('no name for GetUser');
  });

  it('refuses what the table of operations cannot say', async () => {
    const names = join(copy, 'spec/names.json');
    const text = readFileSync(names, 'utf8');
    writeFileSync(names, text.replace('"instanceSettings.get"', '"instanceSettings.getAll"'));
    expect((await run('generate.mjs')).output).toContain('get_all: a name of several words needs a path of its own');
    writeFileSync(names, text);
    const document = readDocument();
    const domains = document.paths['/organizations/{organization_id}/domains']!['get']!;
    const mode = domains.parameters!.find((parameter) => 'name' in parameter && parameter.name === 'enrollment_mode')!;
    Object.assign(mode, { schema: { type: 'array', items: { type: 'string' } } });
    writeFileSync(join(copy, DOCUMENT), JSON.stringify(document));
    expect((await run('generate.mjs')).output).toContain(
      'enrollment_mode is joined with commas in one query and repeated in another',
    );
  });
});

describe('update-spec', () => {
  it('finds nothing in the same document', async () => {
    const { code, output } = await run('update-spec.mjs', join(copy, DOCUMENT));
    expect(code).toBe(0);
    expect(output).toMatch(/Added \(0\)\n\nRemoved \(0\)\n\nChanged \(0\)/);
  });

  it('prints what was added and changed, follows references, and ignores prose', async () => {
    const file = writeNewer((document) => {
      document.info.version = '2099-01-01';
      document.paths['/robots'] = { get: { ...document.paths['/jwks']!['get']!, operationId: 'ListRobots' } };
      document.paths['/users']!['post']!.requestBody.content['application/json'].schema.properties['robot'] = {
        type: 'boolean',
      };
      document.paths['/jwks']!['get']!.summary = 'Other words';
      document.paths['/jwks']!['get']!.security = [];
      document.components.schemas['SignInToken']!.properties['robot'] = { type: 'boolean' };
    });
    const { code, output } = await run('update-spec.mjs', file);
    expect(code).toBe(0);
    expect(output).toContain('2025-11-10 -> 2099-01-01');
    expect(output).toContain('Added (1)\n  GET /robots (ListRobots)\n');
    expect(output).toContain(
      'Changed (4)\n  GET /jwks (GetJWKS): security\n  POST /users (CreateUser): body\n  POST /sign_in_tokens (CreateSignInToken): response\n  POST /sign_in_tokens/{}/revoke (RevokeSignInToken): response\n',
    );
    expect(readDocument().info.version).toBe('2025-11-10');
  });

  it.each([
    ['removal', (document: Document) => delete document.paths['/jwks'], 'GET /jwks (GetJWKS)'],
    [
      'change of method',
      (document: Document) => (document.paths['/jwks'] = { post: document.paths['/jwks']!['get']! }),
      'GET /jwks (GetJWKS)',
    ],
    [
      'new operation id',
      (document: Document) => (document.paths['/jwks']!['get']!.operationId = 'GetKeys'),
      'GET /jwks (GetJWKS)',
    ],
  ])('fails on a %s and writes nothing', async (_, change, label) => {
    const { code, output } = await run('update-spec.mjs', writeNewer(change), '--write');
    expect(code).toBe(1);
    expect(output).toContain(`Removed (1)\n  ${label}\n`);
    expect(readDocument().paths['/jwks']!['get']!.operationId).toBe('GetJWKS');
  });

  it('--write takes a newer document over: the generator knows the new operation', async () => {
    const file = writeNewer((document) => {
      document.paths['/robots/{robot_id}/start'] = {
        post: {
          ...document.paths['/webhooks/svix']!['post']!,
          operationId: 'StartRobot',
          parameters: [{ in: 'path', name: 'robot_id', required: true, schema: { type: 'string' } }],
        },
      };
    });
    expect((await run('update-spec.mjs', file, '--write')).code).toBe(0);
    expect(await run('generate.mjs', '--committed')).toEqual({ code: 0, output: '' });
    const surface = readFileSync(join(copy, 'spec/surface.txt'), 'utf8');
    expect(surface).toMatch(/POST \/robots\/\{robot_id\}\/start -> api\.\w+\.\w+\(robotId\) /);
    expect(surface.split('\n')).toHaveLength(195);
  });

  it('says how it is used', async () => {
    expect(await run('update-spec.mjs')).toMatchObject({ code: 2, output: expect.stringContaining('FILE') });
  });
});
