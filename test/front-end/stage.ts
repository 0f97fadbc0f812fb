/**
 * A stage for scenarios with Clerk's own front end: an offline instance, an application with Clerk's components whose server is guarded by this
 * library, and a Chromium that can reach nothing else. See docs/full-stack.md for the recipes.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { build } from 'esbuild';
import express from 'express';
import { Hono } from 'hono';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { vi } from 'vitest';
import { clerkMiddleware as expressMiddleware, getAuth, requireAuth as expressGuard } from 'bailiff/express';
import { clerkMiddleware as honoMiddleware, requireAuth as honoGuard } from 'bailiff/hono';
import { startLocalInstance, type LocalInstance, type LocalInstanceOptions } from 'bailiff-local';
import { listen, originOf } from '../support/listen.js';

const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const root = resolve(import.meta.dirname, '../..');

export const hasChromium = existsSync(CHROMIUM);
/** Why scenarios are skipped; to be said once by each file of them. */
export function sayIfSkipped(file: string): void {
  if (!hasChromium) console.warn(`${file}: skipped, there is no Chromium at ${CHROMIUM} (CHROMIUM_PATH).`);
}

export type Major = 6 | 5;
export type Recipe = 'relative' | 'absolute';
export type Framework = 'Express' | 'Hono';

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
  readonly instance?: LocalInstanceOptions;
}

/** What `test/front-end/app.tsx` is told. */
export interface PageConfig {
  readonly provider: Readonly<Record<string, string>> & { readonly publishableKey: string };
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
  }>;
  readonly close: () => Promise<void>;
}

let browser: Promise<Browser> | undefined;
const bundles = new Map<Major, Promise<string>>();

/** One Chromium for all stages of a file. Names other than loopback lead nowhere. */
const launched = (): Promise<Browser> =>
  (browser ??= chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost'],
  }));

/** Ends Chromium. To be called after all stages of a file. */
export async function closeChromium(): Promise<void> {
  await (await browser)?.close();
  browser = undefined;
}

async function bundleOf(major: Major): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(root, 'test/front-end/app.tsx')],
    bundle: true,
    write: false,
    format: 'iife',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    alias: { '@clerk/react': PACKAGES[major].react },
    logLevel: 'error',
  });
  return outputFiles[0]?.text ?? '';
}

/** A working folder whose `node_modules` has the packages of one major, as an application's has. */
function workingFolder(major: Major): string {
  const folder = mkdtempSync(join(tmpdir(), 'bailiff-front-end-'));
  mkdirSync(join(folder, 'node_modules/@clerk'), { recursive: true });
  symlinkSync(join(root, 'node_modules', PACKAGES[major].clerkJs), join(folder, 'node_modules/@clerk/clerk-js'));
  if (major === 6) symlinkSync(join(root, 'node_modules/@clerk/ui'), join(folder, 'node_modules/@clerk/ui'));
  return folder;
}

function providerProps(clerk: LocalInstance, major: Major, recipe: Recipe): PageConfig['provider'] {
  const proxyUrl = recipe === 'relative' ? '/__clerk' : clerk.frontendApiUrl;
  const script = `${proxyUrl}/npm/@clerk/clerk-js@${String(major)}/dist/clerk.browser.js`;
  const common = { publishableKey: clerk.publishableKey, proxyUrl };
  // The older major takes its script by https from any proxy; the current one from an absolute proxy.
  if (major === 5) return { ...common, clerkJSUrl: script };
  if (recipe === 'relative') return common;
  const ui = `${proxyUrl}/npm/@clerk/ui@1/dist/ui.browser.js`;
  return { ...common, __internal_clerkJSUrl: script, __internal_clerkUIUrl: ui };
}

type Listener = (request: never, response: never) => unknown;

/** Levels of reverification that a route of the same name asks for. */
const LEVELS = ['strict', 'strict_mfa'] as const;

/** Pages are files to everybody; `/api` and `/server` are guarded. */
function application(
  framework: Framework,
  clerk: LocalInstance,
  recipe: Recipe,
  html: string,
  script: string,
): Listener {
  const options = {
    secretKey: clerk.secretKey,
    publishableKey: clerk.publishableKey,
    apiUrl: clerk.apiUrl,
    signInUrl: '/sign-in',
    now: clerk.now,
    ...(recipe === 'relative' ? { frontendApiProxy: { enabled: true, fapiUrl: clerk.frontendApiUrl } } : {}),
  };
  if (framework === 'Express') {
    const app = express();
    app.get('/app.js', (_req, res) => res.type('js').send(script));
    app.get(/^\/(?!api|server|__clerk)/, (_req, res) => res.type('html').send(html));
    app.use(expressMiddleware(options));
    app.get('/api/me', expressGuard(), (req, res) => res.json(identity(getAuth(req))));
    for (const level of LEVELS)
      app.get(`/api/${level}`, expressGuard({ reverification: level }), (req, res) => res.json(identity(getAuth(req))));
    app.get('/server', expressGuard({ redirect: true }), (req, res) => res.send(getAuth(req).userId));
    return app;
  }
  const app = new Hono();
  app.get('/app.js', (c) => c.body(script, 200, { 'content-type': 'text/javascript' }));
  app.use('*', (c, next) => (/^\/(api|server|__clerk)/.test(c.req.path) ? next() : Promise.resolve(c.html(html))));
  app.use(honoMiddleware(options));
  app.get('/api/me', honoGuard(), (c) => c.json(identity(c.var.auth)));
  for (const level of LEVELS)
    app.get(`/api/${level}`, honoGuard({ reverification: level }), (c) => c.json(identity(c.var.auth)));
  app.get('/server', honoGuard({ redirect: true }), (c) => c.text(c.var.auth.userId));
  return getRequestListener(app.fetch);
}

const identity = ({ userId, orgId }: { userId: string | null; orgId: string | null | undefined }) => ({
  userId,
  orgId: orgId ?? null,
});

const htmlOf = (config: PageConfig): string => `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>App</title><link rel="icon" href="data:,">
<div id="root"></div>
<script>var config = ${JSON.stringify(config)};</script>
<script src="/app.js"></script></html>`;

/** Opens a stage; close it after the scenario. */
export async function openStage(options: StageOptions = {}): Promise<Stage> {
  const { major = 6, recipe = 'relative', framework = 'Express' } = options;
  let script = bundles.get(major);
  if (script === undefined) bundles.set(major, (script = bundleOf(major)));
  const folder = workingFolder(major);
  const cwd = vi.spyOn(process, 'cwd').mockReturnValue(folder);
  const clerk = await startLocalInstance(options.instance);
  const html = htmlOf({ provider: providerProps(clerk, major, recipe) });
  const server = createServer(
    application(framework, clerk, recipe, html, await script) as unknown as Parameters<typeof createServer>[1],
  );
  await listen(server);
  const site = originOf(server);
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
    callApi: () =>
      page.evaluate(async () => {
        const { Clerk } = window as unknown as { Clerk: { session?: { getToken: () => Promise<string> } } };
        const token = await Clerk.session?.getToken();
        const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
        const response = await fetch('/api/me', { headers: headers as Record<string, string> });
        const body = (await response.json()) as { userId?: string; orgId?: string };
        return { status: response.status, userId: body.userId ?? null, orgId: body.orgId ?? null };
      }),
    async close() {
      await context.close();
      await new Promise((done) => {
        server.close(done);
        server.closeAllConnections();
      });
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
  await page.waitForFunction(() => (window as unknown as { Clerk?: { loaded: boolean } }).Clerk?.loaded);
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
