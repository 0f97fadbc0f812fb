/** The files of the deployment pages: each is built as its platform does it, and gets requests in the form of the platform. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startLocalInstance, type LocalInstance } from 'bailiff-local';
import { build, type BuildOptions } from 'esbuild';
import { Miniflare } from 'miniflare';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { bundleForWorkers, fromSources } from '../../scripts/bundle-for-workers.mjs';

const root = join(import.meta.dirname, '../..');
const folder = join(root, 'examples/deploy');
const textOf = (file: string) => readFileSync(join(folder, file), 'utf8');

const FOR_NODE: BuildOptions = { bundle: true, format: 'esm', platform: 'node', packages: 'bundle' };
/** What packages that are CommonJS need in an ES module. */
const REQUIRE = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

let clerk: LocalInstance;
let scratch: string;
let authorization: string;
beforeAll(async () => {
  clerk = await startLocalInstance();
  authorization = `Bearer ${await clerk.createSessionToken({ userId: 'user_ada', expiresInSeconds: 3600 })}`;
  // Beside node_modules, so that nothing else is needed for what stays outside of a bundle.
  scratch = await mkdtemp(join(root, 'node_modules/.deploy-'));
  for (const [name, value] of Object.entries(clerk.env)) vi.stubEnv(name, value);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await clerk.close();
  await rm(scratch, { recursive: true, force: true });
});

/** Bundles a file for Node and gives the path of the result. */
async function buildForNode(file: string): Promise<string> {
  const outfile = join(scratch, `${file.replaceAll(/\W/g, '-')}.mjs`);
  const entryPoints = [join(folder, file)];
  await build({ ...FOR_NODE, entryPoints, outfile, plugins: [fromSources], banner: { js: REQUIRE } });
  return outfile;
}
const load = async <T>(file: string) => (await import(pathToFileURL(await buildForNode(file)).href)) as T;

/** The same three requests to each platform, as a Web request and the JSON that comes back. */
type Ask = (request: Request) => Promise<{ readonly status: number; readonly body: unknown }>;
const readAnswer = async (response: { readonly status: number; json(): Promise<unknown> }) => ({
  status: response.status,
  body: await response.json(),
});

async function expectService(ask: Ask): Promise<void> {
  const me = (headers: Record<string, string> = {}) => ask(new Request('https://api.example.com/me', { headers }));
  expect(await me()).toMatchObject({ status: 401, body: { errors: [{ code: 'unauthenticated' }] } });
  expect(await me({ authorization: `${authorization}x` })).toMatchObject({ status: 401 });
  expect(await me({ authorization })).toEqual({ status: 200, body: { userId: 'user_ada' } });
}
const echo = (headers: Record<string, string>) =>
  new Request('https://api.example.com/echo', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: '{"total":12,"name":"Zoë"}',
  });
async function expectBodies(ask: Ask): Promise<void> {
  expect(await ask(echo({ authorization }))).toEqual({ status: 200, body: { total: 12, name: 'Zoë' } });
  expect(await ask(echo({}))).toMatchObject({ status: 401 });
}

describe('Docker, Kubernetes, Fly', () => {
  /** The server as a process of its own, as in a container. */
  async function startServer() {
    const server = spawn(process.execPath, [await buildForNode('docker/server.ts')], {
      // Keys come from Clerk, as without CLERK_JWT_KEY.
      env: { ...process.env, CLERK_JWT_KEY: '', PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void server.kill('SIGKILL'));
    const [line] = (await once(server.stdout, 'data')) as [Buffer];
    const url = `http://127.0.0.1:${/port (\d+)/.exec(line.toString())?.[1]}`;
    return { server, ask: (path: string, init?: RequestInit) => fetch(`${url}${path}`, init) };
  }

  it('is live at once, ready with its keys, and ends on SIGTERM', async () => {
    const outage = clerk.fail({ operation: 'GetJWKS', status: 503 });
    onTestFinished(() => outage.stop());
    const { server, ask } = await startServer();
    expect((await ask('/live')).status).toBe(204);
    const waiting = await ask('/ready');
    expect([waiting.status, await waiting.json()]).toEqual([503, expect.objectContaining({ ready: false })]);
    outage.stop();
    expect((await ask('/ready')).status).toBe(200);
    await expectService(async (request) => readAnswer(await ask('/me', { headers: request.headers })));
    server.kill('SIGTERM');
    expect(await once(server, 'exit')).toEqual([0, null]);
  });

  it('has the image that its page shows', () => {
    expect(readFileSync(join(folder, '../../docs/deploy/docker.md'), 'utf8')).toContain(textOf('docker/Dockerfile'));
  });

  it('has an image that builds from existing files and runs as an unprivileged user', () => {
    const stages: string[] = [];
    const lines = textOf('docker/Dockerfile')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => /^([A-Z]+) (.+)$/.exec(line)?.slice(1) ?? [line]);
    const instructions = ['FROM', 'WORKDIR', 'COPY', 'RUN', 'ENV', 'USER', 'EXPOSE', 'CMD'];
    expect(lines.map(([name = '']) => name).filter((name) => !instructions.includes(name))).toEqual([]);
    expect(lines[0]?.[0]).toBe('FROM');
    for (const [name, value = ''] of lines) {
      if (name === 'FROM') stages.push(/ AS (\S+)$/.exec(value)?.[1] ?? '');
      if (name !== 'COPY') continue;
      const from = /^--from=(\S+) /.exec(value)?.[1];
      const sources = value
        .replace(/^--from=\S+ /, '')
        .split(' ')
        .slice(0, -1);
      if (from !== undefined) expect(stages.slice(0, -1)).toContain(from);
      // A project has its package.json and its lock file beside the server.
      else
        for (const source of sources)
          expect(existsSync(join(folder, 'docker', source)) || /^package/.test(source)).toBe(true);
    }
    const last = (name: string) => lines.findLast(([each]) => each === name)?.[1];
    expect(last('USER')).toBe('node');
    // Signals reach a process that no shell stands in front of.
    expect(JSON.parse(last('CMD') ?? '')).toEqual(['node', 'server.mjs']);
  });

  it("asks the server's own paths and port", () => {
    interface Container {
      readonly ports: readonly { readonly containerPort: number }[];
      readonly livenessProbe: Probe;
      readonly readinessProbe: Probe;
    }
    interface Probe {
      readonly httpGet: { readonly path: string; readonly port: number };
    }
    const [deployment, service] = parseAllDocuments(textOf('docker/kubernetes.yaml')).map((document) => {
      expect(document.errors).toEqual([]);
      return document.toJS() as { spec: { template: { spec: { containers: Container[] } }; ports: object[] } };
    });
    const [container] = deployment!.spec.template.spec.containers;
    const server = textOf('docker/server.ts');
    const port = Number(/\?\? (\d+)\)/.exec(server)?.[1]);
    expect(container!.ports).toEqual([{ containerPort: port }]);
    expect(service!.spec.ports).toEqual([{ port: 80, targetPort: port }]);
    expect([container!.livenessProbe.httpGet, container!.readinessProbe.httpGet]).toEqual([
      { path: '/live', port },
      { path: '/ready', port },
    ]);
    for (const path of ['/live', '/ready']) expect(server).toContain(`app.get('${path}'`);
    const fly = textOf('fly/fly.toml');
    expect(fly).toContain(`internal_port = ${port}\n`);
    expect(fly).toContain('path = "/ready"\n');
    expect(existsSync(join(folder, 'fly', /dockerfile = "(.+)"/.exec(fly)?.[1] ?? ''))).toBe(true);
  });
});

it('Vercel', async () => {
  type Handler = (request: Request) => Promise<Response>;
  const { GET, POST } = await load<{ GET: Handler; POST: Handler }>('vercel/api/index.ts');
  await expectService(async (request) => readAnswer(await GET(request)));
  await expectBodies(async (request) => readAnswer(await POST(request)));
  const { rewrites } = JSON.parse(textOf('vercel/vercel.json')) as { rewrites: object[] };
  expect(rewrites).toEqual([{ source: '/(.*)', destination: '/api' }]);
});

describe('AWS Lambda', () => {
  interface Answer {
    readonly statusCode: number;
    readonly body: string;
    readonly isBase64Encoded?: boolean;
  }
  const HOST = 'abc123.execute-api.eu-west-1.amazonaws.com';
  /** What API Gateway makes of a request: REST API (1.0) and HTTP API (2.0). */
  const EVENTS = {
    '1.0': (method: string, path: string, headers: Record<string, string>) => ({
      ...{ version: '1.0', resource: '/{proxy+}', httpMethod: method, path, headers },
      multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
      ...{ queryStringParameters: null, multiValueQueryStringParameters: null, pathParameters: null },
      requestContext: { stage: 'prod', domainName: HOST, path: `/prod${path}`, identity: { sourceIp: '203.0.113.7' } },
    }),
    '2.0': (method: string, path: string, headers: Record<string, string>) => ({
      ...{ version: '2.0', routeKey: '$default', rawPath: path, rawQueryString: '', headers },
      requestContext: { stage: 'prod', domainName: HOST, http: { method, path, sourceIp: '203.0.113.7' } },
    }),
  };

  it.each(['aws-lambda/express.ts', 'aws-lambda/hono.ts'])('%s', async (file) => {
    vi.stubEnv('PUBLIC_URL', `https://${HOST}/prod`);
    const { handler } = await load<{ handler: (event: object, context: object) => Promise<Answer> }>(file);
    for (const version of ['1.0', '2.0'] as const)
      for (const isBase64Encoded of [false, true]) {
        const ask: Ask = async (request) => {
          const headers = { ...Object.fromEntries(request.headers), host: HOST };
          const bytes = Buffer.from(await request.arrayBuffer());
          const event = EVENTS[version](request.method, new URL(request.url).pathname, headers);
          const body = bytes.toString(isBase64Encoded ? 'base64' : 'utf8');
          const answer = await handler({ ...event, body, isBase64Encoded }, {});
          const text = answer.isBase64Encoded ? Buffer.from(answer.body, 'base64').toString() : answer.body;
          return { status: answer.statusCode, body: JSON.parse(text) as unknown };
        };
        await expectService(ask);
        await expectBodies(ask);
      }
    // The stage stands in the address that a page comes back to, though no event has it in its path.
    const page = { host: HOST, accept: 'text/html', 'sec-fetch-dest': 'document' };
    const away = (await handler(
      { ...EVENTS['2.0']('GET', '/me', page), body: '', isBase64Encoded: false },
      {},
    )) as Answer & {
      headers: Record<string, string>;
    };
    expect(away.statusCode).toBe(307);
    expect(new URL(away.headers['location']!).searchParams.get('redirect_url')).toBe(`https://${HOST}/prod/me`);
  });
});

it('Cloudflare Workers', async () => {
  const { main, compatibility_date } = JSON.parse(textOf('cloudflare/wrangler.json')) as Record<string, string>;
  const contents = await bundleForWorkers({ entryPoints: [join(folder, 'cloudflare', main!)], plugins: [fromSources] });
  const worker = new Miniflare({
    modules: [{ type: 'ESModule', path: 'worker.mjs', contents }],
    compatibilityDate: compatibility_date!,
    bindings: { ...clerk.env },
  });
  onTestFinished(() => worker.dispose());
  const ask: Ask = async (request) => {
    const body = request.method === 'POST' ? { body: await request.text() } : {};
    const headers = Object.fromEntries(request.headers);
    return readAnswer(await worker.dispatchFetch(request.url, { method: request.method, headers, ...body }));
  };
  await expectService(ask);
  await expectBodies(ask);
});

it('Deno Deploy', async () => {
  const serve = vi.fn<(handler: (request: Request) => Promise<Response>) => void>();
  vi.stubGlobal('Deno', { serve });
  onTestFinished(() => void vi.unstubAllGlobals());
  await load('deno-deploy/main.ts');
  const ask: Ask = async (request) => readAnswer(await serve.mock.calls[0]![0](request));
  await expectService(ask);
  await expectBodies(ask);
  const { imports } = JSON.parse(textOf('deno-deploy/deno.json')) as { imports: Record<string, string> };
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  expect(imports).toMatchObject({ bailiff: `npm:bailiff@^${version}` });
});
