/**
 * A stage for scenarios with Clerk's own front end: an offline instance, an application with Clerk's components whose server is guarded by this
 * library, and a Chromium that can reach nothing else. See docs/full-stack.md for the recipes.
 */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { build } from 'esbuild';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { vi } from 'vitest';
import type { AuthenticatorOptions } from 'bailiff';
import { clerkMiddleware as expressMiddleware, getAuth, requireAuth as expressGuard } from 'bailiff/express';
import { clerkMiddleware as fastifyPlugin, guarded, requireAuth as fastifyGuard } from 'bailiff/fastify';
import { clerkMiddleware as honoMiddleware, requireAuth as honoGuard } from 'bailiff/hono';
import { startLocalInstance, type LocalInstance, type LocalInstanceOptions } from 'bailiff-local';
import { launchChromium } from '../support/chromium.js';
import { listen, originOf } from '../support/listen.js';

const root = resolve(import.meta.dirname, '../..');

export { hasChromium, sayIfSkipped } from '../support/chromium.js';

export type Major = 6 | 5;
export type Recipe = 'relative' | 'absolute';
export type Framework = 'Express' | 'Hono' | 'Fastify';

/** Where the packages of each major are installed in this repository, and what the page imports. */
const PACKAGES = {
  6: { clerkJs: '@clerk/clerk-js', react: '@clerk/react' },
  5: { clerkJs: 'clerk-js5', react: '@clerk/clerk-react' },
} as const;

export interface StageOptions {
  /** Default 6, the current one. */
  readonly major?: Major;
  /** Default `relative`: everything through the application's own `/__clerk`. */
  readonly recipe?: Recipe;
  /** Default Express. */
  readonly framework?: Framework;
  /** Clerk's packages stand in the page's own bundle, and in no `node_modules` that the instance sees. Default false: it serves them. */
  readonly bundled?: boolean;
  readonly instance?: LocalInstanceOptions;
  readonly application?: ApplicationOptions;
}

/** What a scenario changes of the application. */
export interface ApplicationOptions {
  /** Props of the provider. */
  readonly provider?: Readonly<Record<string, unknown>>;
  /** Props of `<SignUp/>`. */
  readonly signUp?: Readonly<Record<string, unknown>>;
  /** Options of the server's middleware, which both frameworks have. */
  readonly middleware?: AuthenticatorOptions;
  /** Whether the pages go through the middleware as well, as an application's do that renders them on its server. */
  readonly guardsPages?: boolean;
  /** Host name of the site. Default `127.0.0.1`; cookies of `localhost` are others. */
  readonly hostname?: 'localhost' | '127.0.0.1';
}

type Choices = Pick<StageOptions, 'major' | 'recipe' | 'bundled'>;

/** What `test/front-end/app.tsx` is told. */
export interface PageConfig {
  readonly provider: Readonly<Record<string, unknown>> & { readonly publishableKey: string };
  readonly signUp?: Readonly<Record<string, unknown>> | undefined;
}

export interface Stage {
  readonly clerk: LocalInstance;
  /** Origin of the application. */
  readonly site: string;
  readonly context: BrowserContext;
  readonly page: Page;
  /** URLs of all requests that Chromium made, in order. */
  readonly requests: readonly string[];
  /** What the guarded route says with a token of the page's own `getToken()`. */
  readonly callApi: () => Promise<{
    readonly status: number;
    readonly userId: string | null;
    readonly orgId: string | null;
    /** The impersonator. */
    readonly actor: { readonly sub: string } | null;
  }>;
  readonly close: () => Promise<void>;
}

let browser: Promise<Browser> | undefined;
const bundles = new Map<string, Promise<string>>();

/** One Chromium for all stages of a file. Names other than loopback lead nowhere. */
export const launched = (): Promise<Browser> =>
  (browser ??= launchChromium('--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost'));

/** Ends Chromium. To be called after all stages of a file. */
export async function closeChromium(): Promise<void> {
  await (await browser)?.close();
  browser = undefined;
}

function bundleOf(major: Major, bundled: boolean): Promise<string> {
  const key = `${String(major)} ${String(bundled)}`;
  let made = bundles.get(key);
  if (made === undefined) bundles.set(key, (made = makeBundle(major, bundled)));
  return made;
}

async function makeBundle(major: Major, bundled: boolean): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(root, 'test/front-end', bundled ? 'bundled-app.ts' : 'app.tsx')],
    bundle: true,
    write: false,
    format: 'iife',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    alias: { '@clerk/react': PACKAGES[major].react },
    // What Clerk's packages load for wallets alone; the lockfile has stand-ins for them (`overrides` in package.json).
    external: ['@base-org/*', '@coinbase/*', '@solana/*'],
    logLevel: 'error',
  });
  return outputFiles[0]?.text ?? '';
}

/** A working folder whose `node_modules` has the packages of one major, as an application's has. */
function workingFolder(major: Major, bundled: boolean): string {
  const folder = mkdtempSync(join(tmpdir(), 'bailiff-front-end-'));
  if (bundled) return folder;
  mkdirSync(join(folder, 'node_modules/@clerk'), { recursive: true });
  symlinkSync(join(root, 'node_modules', PACKAGES[major].clerkJs), join(folder, 'node_modules/@clerk/clerk-js'));
  if (major === 6) symlinkSync(join(root, 'node_modules/@clerk/ui'), join(folder, 'node_modules/@clerk/ui'));
  return folder;
}

function providerProps(clerk: LocalInstance, { major, recipe, bundled }: Required<Choices>): PageConfig['provider'] {
  const proxyUrl = recipe === 'relative' ? '/__clerk' : clerk.frontendApiUrl;
  const script = `${proxyUrl}/npm/@clerk/clerk-js@${String(major)}/dist/clerk.browser.js`;
  const common = { publishableKey: clerk.publishableKey, proxyUrl };
  if (bundled) return common;
  // The older major takes its script by https from any proxy; the current one from an absolute proxy.
  if (major === 5) return { ...common, clerkJSUrl: script };
  if (recipe === 'relative') return common;
  const ui = `${proxyUrl}/npm/@clerk/ui@1/dist/ui.browser.js`;
  return { ...common, __internal_clerkJSUrl: script, __internal_clerkUIUrl: ui };
}

type Listener = (request: never, response: never) => unknown;

/** Levels of reverification that a route of the same name asks for. */
const LEVELS = ['strict', 'strict_mfa'] as const;

/** Guarded routes of the application besides `/api/me`, by what they ask for; each says where it is. A scenario adds its own here. */
const GUARDED = {
  '/api/oauth': { token: 'oauth_token' },
  '/api/pro': { plan: 'pro' },
  '/api/exports': { feature: 'exports' },
} as const;

/** Pages are files to everybody; `/api` and `/server` are guarded. */
async function application(
  framework: Framework,
  clerk: LocalInstance,
  recipe: Recipe,
  html: string,
  script: string,
  { middleware = {}, guardsPages = false }: ApplicationOptions,
): Promise<Listener> {
  const options = {
    secretKey: clerk.secretKey,
    publishableKey: clerk.publishableKey,
    apiUrl: clerk.apiUrl,
    signInUrl: '/sign-in',
    now: clerk.now,
    ...(recipe === 'relative' ? { frontendApiProxy: { enabled: true, fapiUrl: clerk.frontendApiUrl } } : {}),
    ...middleware,
  };
  if (framework === 'Express') {
    const app = express();
    app.get('/app.js', (_req, res) => res.type('js').send(script));
    if (guardsPages) app.use(expressMiddleware(options));
    app.get(/^\/(?!api|server|__clerk)/, (_req, res) => res.type('html').send(html));
    if (!guardsPages) app.use(expressMiddleware(options));
    app.get('/api/me', expressGuard(), (req, res) => res.json(identity(getAuth(req))));
    for (const level of LEVELS)
      app.get(`/api/${level}`, expressGuard({ reverification: level }), (req, res) => res.json(identity(getAuth(req))));
    for (const [path, asked] of Object.entries(GUARDED))
      app.get(path, expressGuard(asked), (_req, res) => res.json({ path }));
    app.get('/server', expressGuard({ redirect: true }), (req, res) => res.send(getAuth(req).userId));
    return app;
  }
  if (framework === 'Fastify') {
    const app = fastify();
    await app.register(fastifyPlugin(options));
    app.get('/app.js', (_request, reply) => reply.type('text/javascript').send(script));
    app.get('/*', (_request, reply) => reply.type('text/html').send(html));
    app.get(
      '/api/me',
      guarded(fastifyGuard(), (request) => identity(request.auth)),
    );
    app.get(
      '/server',
      guarded(fastifyGuard({ redirect: true }), (request) => request.auth.userId),
    );
    await app.ready();
    return (request, response) => {
      app.routing(request, response);
    };
  }
  const app = new Hono();
  app.get('/app.js', (c) => c.body(script, 200, { 'content-type': 'text/javascript' }));
  if (guardsPages) app.use(honoMiddleware(options));
  app.use('*', (c, next) => (/^\/(api|server|__clerk)/.test(c.req.path) ? next() : Promise.resolve(c.html(html))));
  if (!guardsPages) app.use(honoMiddleware(options));
  app.get('/api/me', honoGuard(), (c) => c.json(identity(c.var.auth)));
  for (const level of LEVELS)
    app.get(`/api/${level}`, honoGuard({ reverification: level }), (c) => c.json(identity(c.var.auth)));
  for (const [path, asked] of Object.entries(GUARDED))
    app.get(path, honoGuard(asked as { plan: string }), (c) => c.json({ path }));
  app.get('/server', honoGuard({ redirect: true }), (c) => c.text(c.var.auth.userId));
  return getRequestListener(app.fetch);
}

const identity = ({ userId, orgId, actor }: { userId: string | null; orgId?: string | null; actor?: unknown }) => ({
  userId,
  orgId: orgId ?? null,
  actor: actor ?? null,
});

const htmlOf = (config: PageConfig): string => `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>App</title><link rel="icon" href="data:,">
<div id="root"></div>
<script>var config = ${JSON.stringify(config)};</script>
<script src="/app.js"></script></html>`;

export interface Application {
  /** Origin of the application. */
  readonly site: string;
  readonly close: () => Promise<void>;
}

/** Serves the page, guarded by this library, as an application of the instance. */
export async function serveApplication(
  clerk: LocalInstance,
  {
    major = 6,
    recipe = 'relative',
    framework = 'Express',
    bundled = false,
    application: wanted = {},
  }: Omit<StageOptions, 'instance'>,
): Promise<Application> {
  const script = await bundleOf(major, bundled);
  const html = htmlOf({
    provider: { ...providerProps(clerk, { major, recipe, bundled }), ...wanted.provider },
    signUp: wanted.signUp,
  });
  const listener = await application(framework, clerk, recipe, html, script, wanted);
  const server = createServer(listener as unknown as Parameters<typeof createServer>[1]);
  await listen(server);
  return {
    site: originOf(server).replace('127.0.0.1', wanted.hostname ?? '127.0.0.1'),
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** Runs in the page. */
async function askApi(): ReturnType<Stage['callApi']> {
  const { Clerk } = window as unknown as { Clerk: { session?: { getToken: () => Promise<string> } } };
  const token = await Clerk.session?.getToken();
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch('/api/me', { headers: headers as Record<string, string> });
  const body = (await response.json()) as { userId?: string; orgId?: string; actor?: { sub: string } };
  const { userId = null, orgId = null, actor = null } = body;
  return { status: response.status, userId, orgId, actor };
}

/** Clerk's client has started in the page. */
export const isLoaded = (page: Page): Promise<unknown> =>
  page.waitForFunction(() => (window as unknown as { Clerk?: { loaded: boolean } }).Clerk?.loaded);

/** Runs it once Clerk is loaded, and again if the page went on to another one meanwhile. */
async function settled<T>(page: Page, run: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      await isLoaded(page);
      return await page.evaluate(run);
    } catch (error) {
      if (!/context was destroyed|navigation/.test(String(error))) throw error;
    }
  }
}

/** Opens a stage; close it after the scenario. */
export async function openStage(options: StageOptions = {}): Promise<Stage> {
  const { major = 6, bundled = false } = options;
  const folder = workingFolder(major, bundled);
  const cwd = vi.spyOn(process, 'cwd').mockReturnValue(folder);
  const clerk = await startLocalInstance(options.instance);
  const served = await serveApplication(clerk, options);
  const { site } = served;
  const context = await (await launched()).newContext();
  const requests: string[] = [];
  context.on('request', (request) => requests.push(request.url()));
  const page = await context.newPage();
  return {
    clerk,
    site,
    context,
    page,
    requests,
    callApi: () => settled(page, askApi),
    async close() {
      await context.close();
      await served.close();
      await clerk.close();
      cwd.mockRestore();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Signs a user in as a link with a sign-in token does, without forms; opens the application's first page. */
export async function signInAs({ clerk, page, site }: Stage, userId: string): Promise<void> {
  const response = await fetch(`${clerk.apiUrl}/v1/sign_in_tokens`, {
    method: 'POST',
    headers: { authorization: `Bearer ${clerk.secretKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ user_id: userId }),
  });
  const { token } = (await response.json()) as { token: string };
  await page.goto(`${site}/`);
  await isLoaded(page);
  await page.evaluate(async (ticket) => {
    const { Clerk } = window as unknown as {
      Clerk: {
        client: { signIn: { create: (with_: object) => Promise<{ createdSessionId: string }> } };
        setActive: (with_: object) => Promise<void>;
      };
    };
    const { createdSessionId } = await Clerk.client.signIn.create({ strategy: 'ticket', ticket });
    await Clerk.setActive({ session: createdSessionId });
  }, token);
}

/** The button of the step that the component shows. */
export const submit = (page: Page): Promise<void> =>
  page.getByRole('button', { name: 'Continue', exact: true }).click();
