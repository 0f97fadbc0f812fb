import { execFile } from 'node:child_process';
import { build } from 'esbuild';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const DOCUMENT = 'spec/backend-api.json';
const ADDITIONS = 'spec/additions.json';
const NAMES = 'spec/names.json';

interface Names {
  operations: Record<string, { name: string; retry: string; list?: string }>;
}

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

type Parts = Record<string, Record<string, unknown>>;

/** A copy of what the scripts need, to change at will. */
let copy: string;
beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), 'bailiff-spec-'));
  for (const path of ['scripts', 'spec', 'package.json', 'tsconfig.json', 'docs/api', 'src'])
    cpSync(join(root, path), join(copy, path), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
});
afterEach(() => rmSync(copy, { recursive: true, force: true }));

const run = (script: string, ...args: string[]) =>
  new Promise<{ code: number; output: string }>((done) => {
    execFile(process.execPath, [join(copy, 'scripts', script), ...args], (error, stdout, stderr) =>
      done({ code: Number(error?.code ?? 0), output: stdout + stderr }),
    );
  });
const readNames = () => JSON.parse(readFileSync(join(copy, NAMES), 'utf8')) as Names;
const readDocument = (path = DOCUMENT) => JSON.parse(readFileSync(join(copy, path), 'utf8')) as Document;
const readAdditions = () => readDocument(ADDITIONS);
function writeNewer(change: (document: Document) => void): string {
  const document = readDocument();
  change(document);
  const file = join(copy, 'newer.json');
  writeFileSync(file, JSON.stringify(document));
  return file;
}

describe('generate', () => {
  it('gives the committed surface and table of operations', async () => {
    expect(await run('generate.mjs', '--check')).toEqual({ code: 0, output: '' });
  });

  it('--check fails if the document changed and they did not', async () => {
    const document = readDocument();
    delete document.paths['/jwks'];
    writeFileSync(join(copy, DOCUMENT), JSON.stringify(document));
    expect((await run('generate.mjs', '--check')).output).toContain('GetJWKS');
    const names = join(copy, NAMES);
    writeFileSync(names, readFileSync(names, 'utf8').replace(/.*"GetJWKS".*\n/, ''));
    const { code, output } = await run('generate.mjs', '--check');
    expect(code).toBe(1);
    expect(output).toContain('spec/surface.txt, docs/api/operations.md');
  });

  it('refuses two operations of one name, and one without a name', async () => {
    const names = join(copy, NAMES);
    const text = readFileSync(names, 'utf8');
    writeFileSync(names, text.replace('"users.unban"', '"users.ban"'));
    expect((await run('generate.mjs')).output).toContain('both called users.ban');
    writeFileSync(names, text.replace(/.*"GetUser".*\n/, ''));
    expect((await run('generate.mjs')).output).toContain('no name for GetUser');
  });

  it('refuses operations that the table cannot express', async () => {
    const names = join(copy, NAMES);
    const text = readFileSync(names, 'utf8');
    writeFileSync(names, text.replace('"instanceSettings.get"', '"instanceSettings.get_all"'));
    expect((await run('generate.mjs')).output).toContain('get_all is no camel-case name');
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
  it('finds no change in the same document', async () => {
    const { code, output } = await run('update-spec.mjs', join(copy, DOCUMENT));
    expect(code).toBe(0);
    expect(output).toMatch(/Added \(0\)\n\nRemoved \(0\)\n\nChanged \(0\)/);
  });

  it('prints additions and changes, follows references, and ignores prose', async () => {
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
    expect(output).toContain(`${readDocument().info.version} -> 2099-01-01`);
    expect(output).toContain('Added (1)\n  GET /robots (ListRobots)\n');
    expect(output).toContain(
      'Changed (4)\n  GET /jwks (GetJWKS): security\n  POST /users (CreateUser): body\n  POST /sign_in_tokens (CreateSignInToken): response\n  POST /sign_in_tokens/{}/revoke (RevokeSignInToken): response\n',
    );
    expect(readDocument().info.version).not.toBe('2099-01-01');
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
  ])('fails for a %s and writes nothing', async (_, change, label) => {
    const { code, output } = await run('update-spec.mjs', writeNewer(change), '--write');
    expect(code).toBe(1);
    expect(output).toContain(`Removed (1)\n  ${label}\n`);
    expect(readDocument().paths['/jwks']!['get']!.operationId).toBe('GetJWKS');
  });

  it('proposes for each operation whether it is a list and of which items', async () => {
    const before = readNames();
    const shapes = ({ operations }: Names) =>
      Object.fromEntries(Object.entries(operations).map(([id, { list }]) => [id, list]));
    writeFileSync(join(copy, DOCUMENT), JSON.stringify({ ...readDocument(), paths: {} }));
    writeFileSync(join(copy, ADDITIONS), JSON.stringify({ ...readAdditions(), paths: {} }));
    writeFileSync(join(copy, NAMES), JSON.stringify({ ...before, operations: {} }));
    await run('update-spec.mjs', join(copy, 'spec/merged.json'), '--write');
    expect(shapes(readNames())).toEqual(shapes(before));
  });

  it('names the snapshots of base and additions', async () => {
    const { output } = await run('update-spec.mjs', join(copy, DOCUMENT), '--snapshot', 'October 2027');
    expect(output).toContain('Base (spec/backend-api.json): February 2026 -> October 2027\n');
    expect(output).toContain('Additions (spec/additions.json): ');
    expect(output).toContain(', August 2026, 46 operations -> 46\n');
  });

  it('removes from the additions what the newer document has, without a change for callers', async () => {
    const surface = readFileSync(join(copy, 'spec/surface.txt'), 'utf8').split('\n').sort();
    const { paths, components } = readAdditions();
    const body = (document: Document) =>
      document.paths['/users']!['post']!.requestBody.content['application/json'].schema.properties;
    const added = body(readAdditions());
    const [first = '', ...others] = Object.keys(added);
    const file = writeNewer((document) => {
      document.paths['/instance/communication'] = {
        get: { ...paths['/instance/communication']!['get']!, summary: 'Other words' },
      };
      Object.assign((document.components as unknown as Parts)['responses']!, {
        InstanceCommunication: (components as unknown as Parts)['responses']!['InstanceCommunication'],
      });
      document.components.schemas['InstanceCommunication'] = components.schemas['InstanceCommunication']!;
      body(document)[first] = added[first];
    });
    const { code, output } = await run('update-spec.mjs', file, '--write', '--snapshot', 'October 2027');
    expect(code).toBe(0);
    expect(output).toContain('Added (0)\n\nRemoved (0)\n\nChanged (0)\n');
    expect(output).toContain('because the base has it (1)\n  GetInstanceCommunication\n');
    expect(readFileSync(join(copy, 'spec/surface.txt'), 'utf8').split('\n').sort()).toEqual(surface);

    const left = readAdditions();
    expect(left.info).toMatchObject({ 'x-snapshot': 'August 2026', 'x-base-snapshot': 'October 2027' });
    expect(Object.keys(left.paths['/instance/communication']!)).toEqual(['patch']);
    expect(left.components.schemas).not.toHaveProperty('InstanceCommunication');
    expect(Object.keys(body(left))).toEqual(others);
    // What nobody has taken over is as it was.
    expect(left.paths['/enterprise_connections']).toEqual(paths['/enterprise_connections']);
    expect(left.components.schemas['Directory']).toEqual(components.schemas['Directory']);
  });

  it('prints its usage', async () => {
    const usage = { code: 2, output: expect.stringContaining('FILE') as string };
    expect(await run('update-spec.mjs')).toMatchObject(usage);
    expect(await run('update-spec.mjs', join(copy, DOCUMENT), '--wirte')).toMatchObject(usage);
  });
});

describe('a newer document', () => {
  const VERSION = '2099-01-01';
  const text = { type: 'string' };
  const robot = { $ref: '#/components/schemas/Robot' };
  const answers = (schema: object) => ({
    responses: { '200': { description: 'OK', content: { 'application/json': { schema } } } },
  });

  /** Operations and fields are added, an operation is removed. */
  const newer = () =>
    writeNewer((document) => {
      document.info.version = VERSION;
      delete document.paths['/jwks'];
      document.paths['/users']!['post']!.requestBody.content['application/json'].schema.properties['robot_id'] = text;
      document.components.schemas['User']!.properties['robot_id'] = text;
      Object.assign(document.components.schemas, {
        Robot: { type: 'object', properties: { id: text }, required: ['id'] },
        Robots: { type: 'object', properties: { robots: { type: 'array', items: robot } }, required: ['robots'] },
      });
      Object.assign(document.paths, {
        '/robots': {
          get: {
            operationId: 'ListRobots',
            'x-speakeasy-name-override': 'list',
            parameters: [{ in: 'query', name: 'limit', schema: { type: 'integer', maximum: 250 } }],
            ...answers({ $ref: '#/components/schemas/Robots' }),
          },
          post: {
            operationId: 'BulkCreateRobots',
            requestBody: {
              required: true,
              content: { 'application/json': { schema: { type: 'array', items: robot } } },
            },
            ...answers({ oneOf: [robot, { type: 'array', items: robot }] }),
          },
        },
        '/robots/{robot_id}': {
          put: {
            operationId: 'StartRobot',
            parameters: [{ in: 'path', name: 'robot_id', required: true, schema: text }],
            ...answers(robot),
          },
        },
      });
    });
  const read = (path: string) => readFileSync(join(copy, path), 'utf8');

  it('is adopted by one command, once the removal is accepted', async () => {
    const before = read('spec/surface.txt').split('\n');
    const refused = await run('update-spec.mjs', newer(), '--write');
    expect(refused).toMatchObject({ code: 1, output: expect.stringContaining('Nothing was written') as string });
    expect(read('src/ground/api-version.ts')).not.toContain(VERSION);

    const { code, output } = await run('update-spec.mjs', newer(), '--write', '--accept-removals');
    expect(output).toContain(`-> ${VERSION}`);
    expect(code).toBe(0);
    expect(await run('generate.mjs', '--check')).toEqual({ code: 0, output: '' });

    expect(read('src/ground/api-version.ts')).toContain(`API_VERSION_DATE = '${VERSION}'`);
    expect(read('docs/api/operations.md')).toContain(`version ${VERSION}`);
    const after = read('spec/surface.txt').split('\n');
    const lost = before.filter((line) => !after.includes(line));
    const gained = after.filter((line) => !before.includes(line));
    expect(lost.map((line) => line.split(/ ->| =|,/)[0])).toEqual([
      expect.stringMatching(/^version /),
      'GET /jwks',
      'POST /users',
      'type User',
    ]);
    expect(gained.filter((line) => /^(POST \/users|type User) /.test(line))).toEqual([
      expect.stringContaining('robot_id?: string'),
      expect.stringContaining('robot_id?: string'),
    ]);
    expect(gained.filter((line) => /robots/i.test(line))).toEqual([
      'GET /robots -> api.robots.list(query?: { limit?: number }): Robots (safe, list of robots, at most 250)',
      'POST /robots -> api.robots.bulkCreateRobots(body: Robot[]): Robot | Robot[] (unsafe)',
      'PUT /robots/{robot_id} -> api.robots.startRobot(robotId): Robot (idempotent)',
      'type Robots = { robots: Robot[] }',
    ]);
    expect(gained).toContain('type Robot = { id: string }');
    expect(await compile()).toEqual([
      "use.ts(12): Property 'jwks' does not exist on type 'BackendApi'.",
      "use.ts(13): Object literal may only specify known properties, and 'colour' does not exist in type 'Robot'.",
    ]);
    expect(await call()).toEqual([
      `GET /v1/robots?limit=2&offset=0 ${VERSION}`,
      `POST /v1/robots ${VERSION}`,
      `PUT /v1/robots/robot_1 ${VERSION}`,
      `PUT /v1/robots/robot_2 ${VERSION}`,
    ]);
  });

  /** What the compiler says of a caller of the generated types. */
  async function compile(): Promise<string[]> {
    const file = join(copy, 'use.ts');
    const code = `import { createBackendApi, createBackendClient } from './src/api/index.js';
import { startRobot } from './src/api/generated/robots.js';
const api = createBackendApi();
for await (const robot of api.robots.list({ limit: 2 })) robot.id satisfies string;
const made = await api.robots.bulkCreateRobots([{ id: 'robot_1' }]);
(Array.isArray(made) ? made[0]!.id : made.id) satisfies string;
(await startRobot(createBackendClient(), 'robot_1')).id satisfies string;
await api.users.create({ robot_id: 'robot_1' });
(await api.users.get('user_1')).robot_id satisfies string | undefined;
// What follows is wrong.

await api.jwks.get();
await api.robots.bulkCreateRobots([{ colour: 'red' }]);
`;
    writeFileSync(file, code);
    const { config } = ts.readConfigFile(join(copy, 'tsconfig.json'), (path) => readFileSync(path, 'utf8'));
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, copy);
    const program = ts.createProgram([file, join(copy, 'src/api/index.ts')], options);
    return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
      const line = file?.getLineAndCharacterOfPosition(start ?? 0).line ?? 0;
      const name = file?.fileName.slice(copy.length + 1);
      return `${name}(${line + 1}): ${typeof messageText === 'string' ? messageText : messageText.messageText}`;
    });
  }

  /** The requests that the generated operations send, with the version that they name. */
  async function call(): Promise<string[]> {
    const code = `export { createBackendApi, createBackendClient } from './src/api/index.ts';
export { startRobot } from './src/api/generated/robots.ts';`;
    const { outputFiles } = await build({
      stdin: { contents: code, resolveDir: copy, loader: 'ts' },
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'node',
    });
    const module = (await import(
      `data:text/javascript;base64,${Buffer.from(outputFiles[0]!.contents).toString('base64')}`
    )) as Record<string, (...args: unknown[]) => Promise<unknown>>;
    const sent: string[] = [];
    const options = {
      secretKey: 'sk_test_newer',
      fetch: (url: string, { method, headers }: { method: string; headers: Headers }) => {
        const { pathname, search } = new URL(url);
        sent.push(`${method} ${pathname}${search} ${headers.get('clerk-api-version')}`);
        return Promise.resolve(Response.json({ robots: [{ id: 'robot_1' }] }));
      },
    };
    const { robots } = module['createBackendApi']!(options) as unknown as {
      robots: Record<string, (...args: unknown[]) => Promise<unknown>>;
    };
    await robots['list']!({ limit: 2, offset: 0 });
    await expect(robots['list']!({ limit: 251 })).rejects.toThrow('at most 250');
    await robots['bulkCreateRobots']!([{ id: 'robot_1' }]);
    await robots['startRobot']!('robot_1');
    await module['startRobot']!(module['createBackendClient']!(options), 'robot_2');
    return sent;
  }
});
