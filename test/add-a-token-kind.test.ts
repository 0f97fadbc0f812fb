import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { json } from 'node:stream/consumers';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKey, headerOf, jwksOf, sessionClaimsV2, sessionToken, signJwt, type Claims } from './support/tokens.js';

// The page is the test: its diff is applied to a copy of the sources, compiled, and served by a process of its own. It has
// the clock of the machine, so the tokens are dated by that clock; nothing waits for it.
const root = resolve(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs/add-a-token-kind.md'), 'utf8');
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, code = '']) => code);

const copy = mkdtempSync(join(tmpdir(), 'bailiff-token-kind-'));
const key = createKey('RS256', { kid: 'ins_agents' });
const stranger = createKey('RS256', { kid: 'ins_agents' });
const nowS = Math.floor(Date.now() / 1000);

const GOOD = {
  object: 'agent_token',
  id: 'agt_one',
  subject: 'agent_scout',
  scopes: ['deploys:read'],
  task_id: 'task_7',
  revoked: false,
  expired: false,
  expiration: null,
  created_at: (nowS - 60) * 1000,
  updated_at: (nowS - 60) * 1000,
};
const ANSWERS: Readonly<Record<string, object>> = {
  agt_good: GOOD,
  agt_revoked: { ...GOOD, revoked: true },
  agt_of_a_user: { ...GOOD, subject: 'user_ada' },
  agt_narrow: { ...GOOD, scopes: ['other:read'] },
};
const asked: unknown[] = [];

/** The two operations of the Backend API that the example needs. */
const clerk: Server = createServer((request, response) => {
  const send = (status: number, body: object) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  if (request.url === '/v1/jwks') return send(200, jwksOf(key));
  void json(request).then((body) => {
    asked.push([request.method, request.url, request.headers.authorization, body]);
    const answer = ANSWERS[(body as { token: string }).token];
    send(answer === undefined ? 404 : 200, answer ?? {});
  });
});

let app: ChildProcess | null = null;
let origin = '';
let verified: unknown;

function compile(): string[] {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (file) => readFileSync(file, 'utf8'));
  // Read as if the file lay in the copy: its paths are relative.
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, copy);
  const program = ts.createProgram([join(copy, 'app.ts'), join(copy, 'src/verify/signature.node.ts')], {
    ...options,
    noEmit: false,
    noEmitOnError: true,
    rootDir: copy,
    outDir: join(copy, 'dist'),
    typeRoots: [join(copy, 'node_modules/@types')],
  });
  const { diagnostics } = program.emit();
  return [...ts.getPreEmitDiagnostics(program), ...diagnostics].map(
    ({ file, messageText }) => `${file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
  );
}

const RUNNER = `
import { app, authenticator } from './dist/app.js';
const verified = await authenticator.verifyAgentToken('agt_good');
const server = app.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port, verified })));
`;

beforeAll(async () => {
  cpSync(join(root, 'src'), join(copy, 'src'), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  const entry = (name: string) => `./dist/src/${name}.js`;
  writeFileSync(
    join(copy, 'package.json'),
    JSON.stringify({
      name: 'bailiff',
      type: 'module',
      imports: { '#signature': entry('verify/signature.node') },
      exports: { '.': entry('index'), './express': entry('adapters/express/index') },
    }),
  );
  writeFileSync(join(copy, 'app.ts'), blocks('ts ignore').join('\n'));
  writeFileSync(join(copy, 'runner.mjs'), RUNNER);
  // Line numbers may drift; the lines around a change must be there.
  execFileSync('git', ['apply'], { cwd: copy, input: blocks('diff').join('') });
  expect(compile()).toEqual([]);

  await new Promise<void>((done) => clerk.listen(0, '127.0.0.1', done));
  const { port } = clerk.address() as AddressInfo;
  app = spawn(process.execPath, ['runner.mjs'], {
    cwd: copy,
    env: { PATH: process.env['PATH'], CLERK_SECRET_KEY: 'sk_test_agents', CLERK_API_URL: `http://127.0.0.1:${port}` },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: app.stdout! });
  const line = await new Promise<string>((done, failed) => {
    lines.once('line', done);
    app?.once('exit', (code) => failed(new Error(`The example ended with ${code}.`)));
  });
  const started = JSON.parse(line) as { port: number; verified: unknown };
  origin = `http://127.0.0.1:${started.port}`;
  verified = started.verified;
}, 180_000);

afterAll(() => {
  app?.kill();
  clerk.close();
  rmSync(copy, { recursive: true, force: true });
});

async function get(path: string, token?: string): Promise<{ status: number; body: unknown }> {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(`${origin}${path}`, { headers });
  return { status: response.status, body: await response.json() };
}

const CLAIMS: Claims = {
  iss: 'https://clerk.example.com',
  sub: 'agent_scout',
  jti: 'agt_two',
  scope: 'deploys:read deploys:write',
  task: 'task_8',
  iat: nowS - 60,
  exp: nowS + 3_600,
};
const agentJwt = (changes: Claims = {}, header: Claims = {}, signer = key) =>
  signJwt(headerOf(signer, { typ: 'agent+jwt', cat: undefined, ...header }), { ...CLAIMS, ...changes }, signer);

describe('the kind of docs/add-a-token-kind.md', () => {
  it('is linked from the architecture', () => {
    expect(readFileSync(join(root, 'docs/architecture.md'), 'utf8')).toContain('(add-a-token-kind.md)');
  });

  it('has a method of its own', () => {
    expect(verified).toMatchObject({
      id: 'agt_one',
      subject: 'agent_scout',
      scopes: ['deploys:read'],
      taskId: 'task_7',
    });
    expect(asked[0]).toEqual(['POST', '/agent_tokens/verify', 'Bearer sk_test_agents', { token: 'agt_good' }]);
  });

  it.each([
    ['opaque', 'agt_good', 'task_7', ['deploys:read']],
    ['a JWT', agentJwt(), 'task_8', ['deploys:read', 'deploys:write']],
  ])('passes its guard: %s', async (_, token, taskId, scopes) => {
    expect(await get('/deploys', token)).toEqual({ status: 200, body: { agentId: 'agent_scout', taskId, scopes } });
  });

  it.each([
    ['no token', undefined, 401],
    ['an unknown token', 'agt_unknown', 401],
    ['a revoked token', 'agt_revoked', 401],
    ['a subject of another kind', 'agt_of_a_user', 401],
    ['a token without the scope', 'agt_narrow', 403],
    ['a JWT of another key', agentJwt({}, {}, stranger), 401],
    ['a JWT without a signature', `${agentJwt().split('.').slice(0, 2).join('.')}.`, 401],
    ['a JWT without the algorithm', agentJwt({}, { alg: 'none' }), 401],
    ['a JWT that has expired', agentJwt({ exp: nowS - 3_600 }), 401],
    ['a JWT of a session', agentJwt({}, { cat: 'cl_B7d4PD111AAA' }), 401],
    ['a JWT without a subject', agentJwt({ sub: '' }), 401],
    ['a JWT without the scope', agentJwt({ scope: 'other:read' }), 403],
    ['an API key', 'ak_good', 401],
  ])('refuses %s', async (_, token, status) => {
    expect(await get('/deploys', token)).toMatchObject({ status });
  });

  it('refuses its callers on a route for users', async () => {
    const session = sessionToken(key, {}, {}, nowS * 1000);
    expect(await get('/me', session)).toMatchObject({ status: 200, body: { userId: sessionClaimsV2()['sub'] } });
    for (const token of ['agt_good', agentJwt()]) expect(await get('/me', token)).toMatchObject({ status: 401 });
    expect(await get('/deploys', session)).toMatchObject({ status: 401 });
  });
});
