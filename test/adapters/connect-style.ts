/** The sites of `frameworks.ts` on servers that know nothing of Express: connect, and Fastify with @fastify/middie. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import middie from '@fastify/middie';
import type { Auth, Denial } from 'bailiff';
import * as adapter from 'bailiff/express';
import connect, { type NextFunction, type NextHandleFunction } from 'connect';
import express from 'express';
import Fastify, { type FastifyInstance, type FastifyRequest, type preHandlerHookHandler } from 'fastify';
import { listening, ok, served, type Framework, type Route, type AppSpec, type Tools } from './frameworks.js';

type WithBody = IncomingMessage & { body?: unknown };

/** What both have in common: callbacks get Node's own request and response. */
const callbacks: Pick<Framework, 'proxyTrust' | 'answerDenied' | 'onDenied' | 'perRequest'> = {
  proxyTrust: 'nobody',
  answerDenied: (answer) => (denial: Denial, _req: IncomingMessage, res: ServerResponse, next: () => void) => {
    const found = answer(denial);
    if (found === null) return next();
    res.statusCode = found.status;
    sendJson(res, found.body);
  },
  onDenied: (run) => (denial: Denial, _req: IncomingMessage, _res: ServerResponse, next: (error: unknown) => void) =>
    run(next, denial),
  perRequest: (choose) => (req: IncomingMessage) => choose((header) => req.headers[header] as string | undefined),
};

function sendJson(res: ServerResponse, body: unknown): void {
  res.setHeader('content-type', 'application/json');
  res.end(JSON.stringify(body));
}

function toolsOf(req: IncomingMessage, res: ServerResponse, json: () => unknown): Tools {
  return {
    get auth() {
      return (req as unknown as { auth: Auth }).auth;
    },
    getAuth: (options) => adapter.getAuth(req, options),
    authenticate: (options) => adapter.authenticate(req, options),
    verifyWebhook: (options) => adapter.verifyWebhook(req, options),
    header: (name, value) => void res.appendHeader(name, value),
    json,
    text: async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of req) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks).toString();
    },
  };
}

const bodyOf = (req: WithBody) => () => req.body;

/** Everything in front of the routes, in order. */
function aheadOf(spec: AppSpec): NextHandleFunction[] {
  const put = (value: unknown): NextHandleFunction[] => {
    if (value === undefined) return [];
    return [(req, _res, next) => ((req as unknown as { auth: unknown }).auth = value) && next()];
  };
  const cors: NextHandleFunction = (_req, res, next) => {
    res.setHeader('access-control-allow-origin', '*');
    next();
  };
  const ahead: NextHandleFunction = (req, res, next) => {
    Promise.resolve(spec.ahead?.(toolsOf(req, res, bodyOf(req)))).then(() => next(), next);
  };
  return [
    ...(spec.cors ? [cors] : []),
    ...put(spec.foreign?.before),
    ...(spec.first ?? []).map((make) => make(adapter)),
    ...spec.middleware.flatMap((args, index) => [
      ...(index > 0 ? put(spec.foreign?.between) : []),
      adapter.clerkMiddleware(...(args as Parameters<typeof adapter.clerkMiddleware>)),
    ]),
    ...put(spec.foreign?.after),
    ...(spec.ahead === undefined ? [] : [ahead]),
  ];
}

/** connect knows prefixes alone: method and path are looked at here. */
function routeOf({ method = 'get', path, guards = [], handle = ok }: Route): NextHandleFunction {
  const answer: NextHandleFunction = (req, res, next) => {
    Promise.resolve()
      .then(() => handle(toolsOf(req, res, bodyOf(req))))
      .then((body) => sendJson(res, body ?? {}), next);
  };
  const chain = [...guards.map((make) => make(adapter)), answer];
  return (req, res, next) => {
    if (req.url?.split('?', 1)[0] !== path || !['ALL', req.method].includes(method.toUpperCase())) return next();
    const step =
      (index: number): NextFunction =>
      (error?: unknown) =>
        error === undefined ? chain[index]?.(req, res, step(index + 1)) : next(error);
    step(0)();
  };
}

const connectServer: Framework = {
  ...callbacks,
  name: 'connect',
  parserError: 'SyntaxError',
  parsersInFront: true,
  parsersOfItsOwn: true,
  hasNext: true,
  knowsRoute: 'nobody',
  serve(spec) {
    const app = connect();
    const errors: unknown[] = [];
    if (spec.readBefore) app.use(express.raw({ type: () => true }));
    if (spec.parseBodies) for (const one of [express.json(), express.urlencoded(), express.text()]) app.use(one);
    for (const one of [...aheadOf(spec), ...spec.routes.map(routeOf)]) app.use(one);
    app.use((error: unknown, _req: IncomingMessage, res: ServerResponse, _next: unknown) => {
      errors.push(error);
      res.statusCode = (error as { status?: number }).status ?? 500;
      for (const [name, value] of Object.entries((error as { headers?: Record<string, string> }).headers ?? {})) {
        res.setHeader(name, value);
      }
      sendJson(res, { failed: (error as Error).message });
    });
    return listening(createServer(app), errors);
  },
};

/** Fastify parses bodies itself; what no parser takes stays in the stream. */
function takeBodies(app: FastifyInstance, { parseBodies, readBefore }: AppSpec): void {
  const form = (text: string): unknown => Object.fromEntries(new URLSearchParams(text));
  const leave = (): void => void app.addContentTypeParser('*', (_req, _payload, done) => done(null));
  if (parseBodies) {
    leave();
    app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_req, text, done) =>
      done(null, form(text as string)),
    );
    return;
  }
  app.removeAllContentTypeParsers();
  if (!readBefore) return leave();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_req, body, done) => done(null, body));
  app.addHook('preHandler', async (request: FastifyRequest) => {
    (request.raw as WithBody).body = request.body;
  });
}

/** A guard in a hook of one route. */
const onRaw =
  (guard: ReturnType<typeof adapter.requireAuth>): preHandlerHookHandler =>
  (request, reply, done) =>
    guard(request.raw, reply.raw, done as (error?: unknown) => void);

const fastify: Framework = {
  ...callbacks,
  name: 'Fastify (@fastify/middie)',
  parserError: 'FastifyError',
  parsersInFront: false,
  parsersOfItsOwn: true,
  hasNext: true,
  knowsRoute: 'nobody',
  async serve(spec) {
    const app = Fastify();
    const errors: unknown[] = [];
    app.setErrorHandler((error: Error & { status?: number; statusCode?: number; headers?: object }, _req, reply) => {
      errors.push(error);
      const status = error.status ?? error.statusCode ?? 500;
      return reply
        .code(status)
        .headers({ ...error.headers })
        .send({ failed: error.message });
    });
    await app.register(middie);
    takeBodies(app, spec);
    for (const one of aheadOf(spec)) app.use(one);
    const taken = new Set<string>();
    for (const { method = 'get', path, guards = [], handle = ok } of spec.routes) {
      // There is one route for a path, and nothing past it.
      if (taken.has(path)) continue;
      taken.add(path);
      app[method](path, {
        preHandler: guards.map((make) => make(adapter)).map(onRaw),
        handler: async (request, reply) => (await handle(toolsOf(request.raw, reply.raw, () => request.body))) ?? {},
      });
    }
    await app.listen({ port: 0, host: '127.0.0.1' });
    return served(app.server, errors);
  },
};

export const connectStyle: readonly Framework[] = [connectServer, fastify];
