/**
 * Servers whose application misbehaves: every callback throws, rejects with or hands on whatever it likes, falsy values first of all. Its
 * rule never says yes, so that nobody may get behind a guard, whatever is sent.
 */
import { createServer, type Server } from 'node:http';
import { serve } from '@hono/node-server';
import type { AuthenticatorOptions, Store } from 'bailiff';
import * as forExpress from 'bailiff/express';
import * as forFastify from 'bailiff/fastify';
import * as forHono from 'bailiff/hono';
import express from 'express';
import express4 from 'express4';
import fastify from 'fastify';
import { Hono } from 'hono';
import { listen } from '../support/listen.js';

const VALUES: readonly unknown[] = [
  undefined,
  null,
  0,
  '',
  false,
  NaN,
  'route',
  'router',
  'boom',
  {},
  new Error('boom'),
];
const PATHS = ['/user', '/user-or-key', '/any', '/key', '/m2m', '/oauth', '/permission', '/reverified'];

type Random = (below: number) => number;

/** Of each sort of callback one that misbehaves in a way of its own each time. */
function createCallbacks(random: Random) {
  const value = (): unknown => VALUES[random(VALUES.length)];
  const fault = (): never => {
    const thrown = value();
    if (random(2) === 0) throw thrown;
    return Promise.resolve().then(() => {
      throw thrown;
    }) as never;
  };
  /** Half of the time as it should be. */
  const sometimes =
    <T>(good: T) =>
    (): T =>
      random(2) === 0 ? good : fault();
  return {
    check: () => (random(2) === 0 ? (value() as boolean) : fault()),
    onDenied: (pass: (handed: unknown) => unknown) => (random(2) === 0 ? pass(value()) : fault()),
    resourceMetadata: sometimes('https://a.example/m'),
    enabled: sometimes(false),
    onEvent: () => fault(),
    store: { get: () => fault(), set: () => fault(), delete: () => fault() } as Store,
    optionsOf: (options: AuthenticatorOptions) => sometimes(options),
  };
}

type Callbacks = ReturnType<typeof createCallbacks>;

const ruleOf = ({ check }: Callbacks) => ({ token: 'any', check }) as const;

/** What one server is made of. */
interface Faulty {
  readonly callbacks: Callbacks;
  readonly source: ReturnType<typeof argumentsFor>[0];
  readonly settings: ReturnType<typeof argumentsFor>[1];
  /** Told each time somebody gets behind a guard, or past the route that it guards. */
  readonly reached: (where: string) => void;
}

function argumentsFor(options: AuthenticatorOptions, callbacks: Callbacks) {
  const { onEvent, store, resourceMetadata, enabled } = callbacks;
  const faulty = { ...options, onEvent, cache: { machineTokens: { store } } };
  const settings = { resourceMetadata, frontendApiProxy: { enabled }, logger: false } as const;
  return [callbacks.optionsOf(faulty), settings] as const;
}

/** @param reached told each time somebody gets behind a guard, or past the route that it guards */
export async function startFaulty(
  options: AuthenticatorOptions,
  random: Random,
  reached: (where: string) => void,
): Promise<readonly Server[]> {
  function faulty(): Faulty {
    const callbacks = createCallbacks(random);
    const [source, settings] = argumentsFor(options, callbacks);
    return { callbacks, source, settings, reached };
  }
  return [
    await startExpress(express, faulty()),
    await startExpress(express4, faulty()),
    await startFastify(faulty()),
    await startHono(faulty()),
  ];
}

async function startExpress(
  framework: typeof express,
  { callbacks, source, settings, reached }: Faulty,
): Promise<Server> {
  const app = framework();
  const onDenied: NonNullable<forExpress.ClerkMiddlewareSettings['onDenied']> = (_denial, _req, _res, next) =>
    callbacks.onDenied(next);
  app.use(forExpress.clerkMiddleware(source, { ...settings, onDenied }));
  for (const path of PATHS) {
    app.get(path, forExpress.requireAuth(ruleOf(callbacks)), (_req, res) => {
      reached(`behind the guard of ${path}`);
      res.end();
    });
    app.get(path, (_req, res) => {
      reached(`past ${path}`);
      res.end();
    });
  }
  app.use((_error: unknown, _req: unknown, res: express.Response, _next: unknown) => void res.status(500).end());
  const server = createServer({ maxHeaderSize: 32_768 }, app);
  await listen(server);
  return server;
}

async function startFastify({ callbacks, source, settings, reached }: Faulty): Promise<Server> {
  const app = fastify({ http: { maxHeaderSize: 32_768 } });
  const onDenied = (): unknown => callbacks.onDenied((value) => value);
  await app.register(forFastify.clerkMiddleware(source, { ...settings, onDenied }));
  for (const path of PATHS) {
    app.get(path, { preHandler: forFastify.requireAuth(ruleOf(callbacks)) }, () => {
      reached(`behind the guard of ${path}`);
      return null;
    });
  }
  app.setErrorHandler((_error, _request, reply) => void reply.code(500).send());
  await app.listen({ port: 0, host: '127.0.0.1' });
  return app.server;
}

async function startHono({ callbacks, source, settings, reached }: Faulty): Promise<Server> {
  const app = new Hono();
  app.use(
    forHono.clerkMiddleware(source, { ...settings, onDenied: () => callbacks.onDenied((value) => value) as undefined }),
  );
  for (const path of PATHS) {
    app.get(path, forHono.requireAuth(ruleOf(callbacks)), (c) => {
      reached(`behind the guard of ${path}`);
      return c.body(null);
    });
  }
  app.onError((_error, c) => c.body(null, 500));
  return new Promise((resolve) => {
    const server = serve(
      { fetch: app.fetch, port: 0, hostname: '127.0.0.1', serverOptions: { maxHeaderSize: 32_768 } },
      () => resolve(server as Server),
    );
  });
}
