/** One way to describe a guarded application, and each framework's way to serve it over real HTTP. */
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { serve } from '@hono/node-server';
import * as expressAdapter from 'bailiff/express';
import * as fastifyAdapter from 'bailiff/fastify';
import * as honoAdapter from 'bailiff/hono';
import type { AcceptsToken, Auth, Denial } from 'bailiff';
import express5, { type Express, type Request as ExpressRequest, type Response as ExpressResponse } from 'express';
import express4 from 'express4';
import fastify, {
  type FastifyPluginCallback,
  type FastifyReply,
  type FastifyRequest,
  type preHandlerAsyncHookHandler,
} from 'fastify';
import { Hono, type Context } from 'hono';
import { cors } from 'hono/cors';
import supertest from 'supertest';
import { connectStyle } from './connect-style.js';
import { listen, portOf } from '../support/listen.js';

/** The guards have the same names and take the same arguments in both packages. */
export type Adapter = Pick<
  typeof expressAdapter,
  | 'requireAuth'
  | 'requireRole'
  | 'requirePermission'
  | 'requireScope'
  | 'oauthAuthorizationServerMetadata'
  | 'protectedResourceMetadata'
  | 'anyOf'
  | 'allOf'
>;
type Mountable = ReturnType<Adapter['requireAuth']>;

/** What a handler may do, in the words of no framework. What it returns is the JSON answer. */
export interface Tools {
  /** `req.auth` or `c.var.auth`, as it stands there now. */
  readonly auth: Auth;
  readonly getAuth: (options?: { acceptsToken?: AcceptsToken; treatPendingAsSignedOut?: boolean }) => Auth;
  readonly authenticate: (options: { acceptsToken: AcceptsToken }) => Promise<Auth>;
  readonly verifyWebhook: (options: {
    signingSecret: string;
    now: () => number;
    maxBodyBytes?: number;
  }) => Promise<{ type: string; id: string }>;
  readonly header: (name: string, value: string) => void;
  readonly json: () => unknown;
  readonly text: () => Promise<string>;
}
export type Handle = (tools: Tools) => unknown;

export interface Route {
  readonly method?: 'get' | 'post' | 'all';
  readonly path: string;
  readonly guards?: readonly ((adapter: Adapter) => Mountable)[];
  readonly handle?: Handle;
}

export interface AppSpec {
  /** The arguments of each `clerkMiddleware(…)`, in order. None: the application has no middleware. */
  readonly middleware: readonly (readonly unknown[])[];
  /** What another library puts where the auth object stands. */
  readonly foreign?: {
    readonly before?: unknown;
    /** After each `clerkMiddleware()` that is followed by another. */
    readonly between?: unknown;
    readonly after?: unknown;
  };
  /** Runs before the middleware. */
  readonly first?: readonly ((adapter: Adapter) => Mountable)[];
  /** Runs behind the middleware and before any guard. */
  readonly ahead?: Handle;
  /** A body parser in front of the middleware (Express; Hono parses on demand). */
  readonly parseBodies?: boolean;
  /** Reads every body raw, in front of the middleware. */
  readonly readBefore?: boolean;
  readonly trustProxy?: boolean;
  readonly cors?: boolean;
  readonly routes: readonly Route[];
}

export interface Served {
  readonly url: string;
  readonly port: number;
  readonly agent: ReturnType<typeof supertest>;
  /** Errors that reached the framework's error handler. */
  readonly errors: unknown[];
  close(): Promise<void>;
}

export interface Framework {
  readonly name: string;
  /** Who says that forwarded headers are believed: the application's own setting, the option, or nobody. */
  readonly proxyTrust: 'setting' | 'option' | 'nobody';
  /** The name of the error for a body of JSON that is none. */
  readonly parserError: string;
  /** Body parsers stand in front of the middleware, if the application has some; else bodies are parsed behind it. */
  readonly parsersInFront: boolean;
  /** Bodies are parsed by the framework, not by the handler that asks for them. */
  readonly parsersOfItsOwn: boolean;
  /** A middleware hands on by calling `next`. */
  readonly hasNext: boolean;
  /** Who knows the pattern of the route: its guards alone, the middleware as well, or nobody. */
  readonly knowsRoute: 'guard' | 'middleware' | 'nobody';
  serve(spec: AppSpec): Promise<Served>;
  /** An `onDenied` that answers with this JSON, or leaves it to the default with null. */
  answerDenied(answer: (denial: Denial) => { status: number; body: unknown } | null): unknown;
  /** An `onDenied` that is this function; `pass` is Express's `next`, and in Hono gives the value to be returned. */
  onDenied(run: (pass: (value: unknown) => unknown, denial: Denial) => unknown): unknown;
  /** `(req | c) => …` for the function form, given the request's headers. */
  perRequest(choose: (header: (name: string) => string | undefined) => unknown): unknown;
}

export const ok: Handle = ({ auth }) => ({ tokenType: auth.tokenType, ...identity(auth) });

/** What says who it is, whatever the kind. */
export function identity(auth: Auth): Record<string, unknown> {
  const { userId, orgId, id, machineId, clientId, subject } = auth as unknown as Record<string, unknown>;
  return { userId, orgId, id, machineId, clientId, subject };
}

function expressFramework(name: string, express: () => Express, parsers: typeof express5): Framework {
  return {
    name,
    proxyTrust: 'setting',
    parserError: 'SyntaxError',
    parsersInFront: true,
    parsersOfItsOwn: true,
    hasNext: true,
    knowsRoute: 'guard',
    answerDenied: (answer) => (denial: Denial, _req: ExpressRequest, res: ExpressResponse, next: () => void) => {
      const found = answer(denial);
      if (found === null) next();
      else res.status(found.status).json(found.body);
    },
    onDenied: (run) => (denial: Denial, _req: ExpressRequest, _res: ExpressResponse, next: (error: unknown) => void) =>
      run(next, denial),
    perRequest: (choose) => (req: ExpressRequest) => choose((header) => req.get(header)),
    async serve(spec) {
      const app = express();
      const errors: unknown[] = [];
      // Settings of the application that must not show in a denial.
      app.set('json spaces', 4);
      app.set('etag', 'strong');
      if (spec.trustProxy) app.set('trust proxy', true);
      if (spec.cors) {
        app.use((_req, res, next) => {
          res.set('access-control-allow-origin', '*');
          next();
        });
      }
      if (spec.readBefore) app.use(parsers.raw({ type: () => true }));
      if (spec.parseBodies) app.use(parsers.json(), parsers.urlencoded({ extended: false }), parsers.text());
      const put = (value: unknown) => {
        if (value === undefined) return;
        app.use((req, _res, next) => {
          (req as { auth: unknown }).auth = value;
          next();
        });
      };
      put(spec.foreign?.before);
      for (const make of spec.first ?? []) app.use(make(expressAdapter));
      for (const [index, args] of spec.middleware.entries()) {
        if (index > 0) put(spec.foreign?.between);
        app.use(expressAdapter.clerkMiddleware(...(args as Parameters<typeof expressAdapter.clerkMiddleware>)));
      }
      put(spec.foreign?.after);
      if (spec.ahead !== undefined) {
        app.use((req, res, next) => {
          Promise.resolve(spec.ahead?.(expressTools(req, res))).then(() => next(), next);
        });
      }
      for (const { method = 'get', path, guards = [], handle = ok } of spec.routes) {
        app[method](path, ...guards.map((make) => make(expressAdapter)), (req, res, next) => {
          Promise.resolve()
            .then(() => handle(expressTools(req, res)))
            .then((body) => res.json(body ?? {}), next);
        });
      }
      app.use((error: unknown, _req: ExpressRequest, res: ExpressResponse, _next: unknown) => {
        errors.push(error);
        const status = (error as { status?: number }).status ?? 500;
        res.status(status).json({ failed: (error as Error).message });
      });
      return listening(createServer(app), errors);
    },
  };
}

function expressTools(req: ExpressRequest, res: ExpressResponse): Tools {
  return {
    get auth() {
      return req.auth;
    },
    getAuth: (options) => expressAdapter.getAuth(req, options),
    authenticate: (options) => expressAdapter.authenticate(req, options),
    verifyWebhook: (options) => expressAdapter.verifyWebhook(req, options),
    header: (name, value) => void res.append(name, value),
    json: () => req.body as unknown,
    text: async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of req) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks).toString();
    },
  };
}

const hono: Framework = {
  name: 'Hono (@hono/node-server)',
  proxyTrust: 'option',
  parserError: 'SyntaxError',
  parsersInFront: false,
  parsersOfItsOwn: false,
  hasNext: false,
  knowsRoute: 'middleware',
  answerDenied: (answer) => (denial: Denial, c: Context) => {
    const found = answer(denial);
    return found === null ? undefined : c.json(found.body as object, found.status as 418);
  },
  onDenied: (run) => (denial: Denial) => run((value) => value, denial),
  perRequest: (choose) => (c: Context) => choose((header) => c.req.header(header)),
  async serve(spec) {
    const errors: unknown[] = [];
    const app = honoApp(spec, errors);
    const server = await new Promise<Server>((resolve) => {
      const started = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, () => resolve(started as Server));
    });
    return served(server, errors);
  },
};

/** The same as a Hono application, also for requests that never touch a socket. */
export function honoApp(spec: AppSpec, errors: unknown[] = []): Hono {
  const app = new Hono();
  const adapter = honoAdapter as unknown as Adapter;
  if (spec.cors) app.use(cors());
  const put = (value: unknown) => {
    if (value === undefined) return;
    app.use((c, next) => {
      c.set('auth' as never, value as never);
      return next();
    });
  };
  if (spec.readBefore) app.use(async (c, next) => (await c.req.arrayBuffer(), next()));
  put(spec.foreign?.before);
  for (const make of spec.first ?? []) app.use(make(adapter) as never);
  for (const [index, args] of spec.middleware.entries()) {
    if (index > 0) put(spec.foreign?.between);
    app.use(honoAdapter.clerkMiddleware(...(args as Parameters<typeof honoAdapter.clerkMiddleware>)));
  }
  put(spec.foreign?.after);
  if (spec.ahead !== undefined) {
    app.use(async (c, next) => {
      await spec.ahead?.(honoTools(c));
      await next();
    });
  }
  for (const { method = 'get', path, guards = [], handle = ok } of spec.routes) {
    const handlers = [
      ...guards.map((make) => make(adapter)),
      async (c: Context) => c.json((await handle(honoTools(c))) ?? {}),
    ];
    app.on(
      method === 'all' ? ['GET', 'POST', 'TRACE', 'OPTIONS'] : [method.toUpperCase()],
      [path],
      ...(handlers as unknown as [never]),
    );
  }
  app.onError((error, c) => {
    errors.push(error);
    if ('getResponse' in error) return (error as unknown as { getResponse(): Response }).getResponse();
    return c.json({ failed: error.message }, 500);
  });
  return app;
}

function honoTools(c: Context): Tools {
  return {
    get auth() {
      return c.get('auth');
    },
    getAuth: (options) => honoAdapter.getAuth(c, options),
    authenticate: (options) => honoAdapter.authenticate(c, options),
    verifyWebhook: (options) => honoAdapter.verifyWebhook(c, options),
    header: (name, value) => c.header(name, value, { append: true }),
    json: async () =>
      c.req.header('content-type')?.startsWith('application/json')
        ? c.req.json()
        : Object.fromEntries((await c.req.formData()).entries()),
    text: () => c.req.text(),
  };
}

/** Fastify's hooks run in the order in which they are added, so each middleware is a plugin or a hook. */
const fastifyFramework: Framework = {
  name: 'Fastify 5',
  proxyTrust: 'setting',
  parserError: 'SyntaxError',
  parsersInFront: false,
  parsersOfItsOwn: false,
  hasNext: false,
  knowsRoute: 'middleware',
  answerDenied: (answer) => (denial: Denial, _request: FastifyRequest, reply: FastifyReply) => {
    const found = answer(denial);
    return found === null ? undefined : reply.code(found.status).send(found.body);
  },
  onDenied: (run) => (denial: Denial) => run((value) => value, denial),
  perRequest: (choose) => (request: FastifyRequest) =>
    choose((header) => String(request.headers[header] ?? '') || undefined),
  async serve(spec) {
    const errors: unknown[] = [];
    const app = fastify({ trustProxy: spec.trustProxy ?? false, exposeHeadRoutes: false });
    const adapter = fastifyAdapter as unknown as Adapter;
    if (spec.cors) {
      app.addHook('onRequest', async (_request, reply) => void reply.header('access-control-allow-origin', '*'));
    }
    const put = (value: unknown) => {
      if (value === undefined) return;
      app.addHook('onRequest', async (request) => void ((request as { auth: unknown }).auth = value));
    };
    // Bodies stay on the connection: a handler reads them as it likes.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, _body, done) => done(null));
    put(spec.foreign?.before);
    for (const make of spec.first ?? []) await app.register(make(adapter) as unknown as FastifyPluginCallback);
    for (const [index, args] of spec.middleware.entries()) {
      if (index > 0) put(spec.foreign?.between);
      await app.register(
        fastifyAdapter.clerkMiddleware(...(args as Parameters<typeof fastifyAdapter.clerkMiddleware>)),
      );
    }
    put(spec.foreign?.after);
    if (spec.ahead !== undefined) {
      app.addHook('onRequest', async (request, reply) => {
        await spec.ahead?.(fastifyTools(request, reply));
      });
    }
    for (const { method = 'get', path, guards = [], handle = ok } of spec.routes) {
      // Here a path has one route: nothing stands behind a guard but its own handler.
      if (app.hasRoute({ method: method === 'all' ? 'GET' : method.toUpperCase(), url: path })) continue;
      app.route({
        method: method === 'all' ? ['GET', 'POST', 'TRACE', 'OPTIONS'] : method.toUpperCase(),
        url: path,
        preHandler: guards.map((make) => make(adapter) as unknown as preHandlerAsyncHookHandler),
        handler: async (request, reply) => (await handle(fastifyTools(request, reply))) ?? {},
      });
    }
    app.setErrorHandler((error: Error & { status?: number; headers?: Record<string, string> }, _request, reply) => {
      errors.push(error);
      return reply
        .code(error.status ?? 500)
        .headers(error.headers ?? {})
        .send({ failed: error.message });
    });
    await app.listen({ port: 0, host: '127.0.0.1' });
    return served(app.server, errors);
  },
};

function fastifyTools(request: FastifyRequest, reply: FastifyReply): Tools {
  const text = async () => {
    const chunks: Buffer[] = [];
    for await (const chunk of request.raw) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString();
  };
  return {
    get auth() {
      return request.auth;
    },
    getAuth: (options) => fastifyAdapter.getAuth(request, options),
    authenticate: (options) => fastifyAdapter.authenticate(request, options),
    verifyWebhook: (options) => fastifyAdapter.verifyWebhook(request, options),
    header: (name, value) => void reply.header(name, value),
    json: async () =>
      request.headers['content-type']?.startsWith('application/json')
        ? (JSON.parse(await text()) as unknown)
        : Object.fromEntries(new URLSearchParams(await text())),
    text,
  };
}

export async function listening(server: Server, errors: unknown[]): Promise<Served> {
  await listen(server);
  return served(server, errors);
}

export function served(server: Server, errors: unknown[]): Served {
  const port = portOf(server);
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    port,
    errors,
    agent: supertest(url),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Sends bytes as they are, and gives the status line's code. */
export function sendRaw(port: number, request: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => {
      const text = Buffer.concat(chunks).toString();
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]), text });
    });
  });
}

export const frameworks: readonly Framework[] = [
  expressFramework('Express 5', () => express5(), express5),
  expressFramework('Express 4', () => express4(), express4),
  hono,
  fastifyFramework,
  ...connectStyle,
];
