/** What only Express has: `next`, properties that other libraries define, mounted routers, settings of the application. */
import type { BailiffEvent } from 'bailiff';
import { authenticate, clerkMiddleware, getAuth, requireAuth } from 'bailiff/express';
import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
import express4 from 'express4';
import supertest from 'supertest';
import { beforeEach, describe, expect, it } from 'vitest';
import { browserCookies, createFixtures, SUFFIX, type Fixtures } from './fixtures.js';
import { bearer } from '../support/requests.js';

let fixtures: Fixtures;
beforeEach(async () => {
  fixtures = await createFixtures();
});

const showUser: RequestHandler = (req, res) => {
  res.json({ userId: req.auth.userId });
};
const showError: ErrorRequestHandler = (error: Error, _req, res, _next) => {
  res.status(500).json({ name: error.name, message: error.message });
};

describe('onDenied', () => {
  it.each([undefined, null, 'route', 'router'])(
    'next(%j) never opens the route or the handlers behind it',
    async (signal) => {
      const app = express();
      app.use(clerkMiddleware({ ...fixtures.options, onDenied: (_denial, _req, _res, next) => next(signal) }));
      app.get('/me', requireAuth(), showUser);
      app.get('/me', (_req, res) => {
        res.json({ open: true });
      });
      const answer = await supertest(app).get('/me');
      expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, 'Bearer']);
    },
  );

  it("next(error), a throw and a rejection reach the application's error handler", async () => {
    const problem = new Error('own answer failed');
    const failing = [
      (next: (error: unknown) => void) => next(problem),
      () => {
        throw problem;
      },
      () => Promise.reject(problem),
    ];
    for (const fail of failing) {
      const app = express();
      app.use(clerkMiddleware({ ...fixtures.options, onDenied: (_denial, _req, _res, next) => fail(next) }));
      app.get('/me', requireAuth(), showUser).use(showError);
      expect((await supertest(app).get('/me')).body).toMatchObject({ message: problem.message });
    }
  });
});

describe.each([
  ['Express 5', express],
  ['Express 4', express4],
])('an outage that the application does not catch, %s', (_, create) => {
  it("answers 503 with Retry-After by Express's own error handler, without details", async () => {
    const app = create();
    app.set('env', 'test');
    app.use(clerkMiddleware(fixtures.options));
    app.get('/machine', (req, res, next) => {
      authenticate(req, { acceptsToken: 'api_key' }).then(({ tokenType }) => res.json({ tokenType }), next);
    });
    const get = () => supertest(app).get('/machine').set('authorization', `Bearer ${fixtures.tokens.apiKey}`);
    expect((await get()).body).toEqual({ tokenType: 'api_key' });
    fixtures.clock.advance(60_000);
    fixtures.goDown();
    const answer = await get();
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/);
    expect(answer.text).not.toContain(fixtures.tokens.apiKey);
  });
});

describe('an answer that an earlier handler has begun', () => {
  const begin: RequestHandler = (_req, res, next) => {
    res.write('begun ');
    next();
  };

  it.each([
    ['a denial', {}],
    ['a handshake', { accept: 'text/html', cookie: `__client_uat_${SUFFIX}=1; __clerk_db_jwt_${SUFFIX}=dvb` }],
  ])('is cut off by %s, so that no client waits for its end', async (_, headers) => {
    const app = express();
    app.use(begin, clerkMiddleware(fixtures.options)).get('/me', requireAuth(), showUser);
    app.use(((error, _req, res, next) => (res.headersSent ? next(error) : res.end())) satisfies ErrorRequestHandler);
    await expect(supertest(app).get('/me').set(headers)).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it.each([
    ['at once', (next: () => void) => next()],
    ['later', async (next: () => void) => (await Promise.resolve(), next())],
  ])('is cut off if `onDenied` asks for the default answer %s', async (_, pass) => {
    const app = express();
    const errors: unknown[] = [];
    app.use(begin, clerkMiddleware({ ...fixtures.options, onDenied: (_denial, _req, _res, next) => pass(next) }));
    app.get('/me', requireAuth(), showUser);
    app.use(((error, _req, _res, next) => next(errors.push(error))) satisfies ErrorRequestHandler);
    await expect(supertest(app).get('/me')).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(errors).toEqual([expect.objectContaining({ message: expect.stringContaining('had begun') as string })]);
  });

  it('is ended by `onDenied`', async () => {
    const app = express();
    app.use(begin, clerkMiddleware({ ...fixtures.options, onDenied: ({ status }, _req, res) => res.end(`${status}`) }));
    app.get('/me', requireAuth(), showUser);
    expect((await supertest(app).get('/me')).text).toBe('begun 401');
  });
});

describe('S19: properties that other libraries define', () => {
  const define = (descriptor: PropertyDescriptor): RequestHandler => {
    return (req, _res, next) => {
      Object.defineProperty(req, 'auth', descriptor);
      next();
    };
  };
  const mallory = { isAuthenticated: true, userId: 'user_mallory' };

  it('replaces an accessor', async () => {
    const app = express();
    app.use(define({ get: () => mallory, configurable: true }), clerkMiddleware(fixtures.options));
    app.get('/open', showUser).get('/me', requireAuth(), showUser);
    expect((await supertest(app).get('/open')).body).toEqual({ userId: null });
    expect((await supertest(app).get('/me')).status).toBe(401);
    expect((await supertest(app).get('/me').set(bearer(fixtures.tokens.admin))).body).toEqual({ userId: 'user_ada' });
  });

  it.each<[string, PropertyDescriptor]>([
    ['an accessor that holds nothing and takes nothing', { get: () => undefined, configurable: true }],
    [
      'an accessor that keeps what it is given to itself',
      { get: () => undefined, set: () => undefined, configurable: true },
    ],
    ['a value that is not there yet', { value: undefined, configurable: true }],
  ])('replaces %s', async (_, descriptor) => {
    const app = express();
    app.use(define(descriptor), clerkMiddleware(fixtures.options)).get('/open', showUser);
    expect((await supertest(app).get('/open').set(bearer(fixtures.tokens.admin))).body).toEqual({ userId: 'user_ada' });
    expect((await supertest(app).get('/open')).body).toEqual({ userId: null });
  });

  it.each<[string, PropertyDescriptor]>([
    ['a value', { value: mallory }],
    ['a value that is not there', { value: undefined }],
    ['an accessor', { get: () => mallory }],
    ['an accessor that holds nothing', { get: () => undefined }],
  ])('throws for %s that cannot be replaced', async (_, descriptor) => {
    const app = express();
    app.use(define(descriptor), clerkMiddleware(fixtures.options));
    app.get('/open', showUser).use(showError);
    const answer = await supertest(app).get('/open');
    expect(answer.status).toBe(500);
    expect(answer.body).toMatchObject({ name: 'ConfigurationError' });
  });
});

describe('routers', () => {
  it('see the whole URL and share the authentication', async () => {
    const app = express();
    const router = express.Router();
    router.get('/me', requireAuth(), (req, res) => {
      res.json({ url: req.url, userId: getAuth(req).userId });
    });
    app.use('/api', clerkMiddleware(fixtures.options), router);
    expect((await supertest(app).get('/api/me').set(bearer(fixtures.tokens.admin))).body).toEqual({
      url: '/me',
      userId: 'user_ada',
    });
    const page = await supertest(app).get('/api/me?x=1').set({ accept: 'text/html', 'sec-fetch-dest': 'document' });
    expect(new URL(page.headers['location'] ?? '').searchParams.get('redirect_url')).toMatch(/\/api\/me\?x=1$/);
  });
});

describe('the public origin', () => {
  it('is https over an encrypted socket, whatever untrusted headers say', async () => {
    const app = express();
    app.use((req, _res, next) => {
      if (req.query['tls'] === '1') Object.defineProperty(req.socket, 'encrypted', { value: true });
      next();
    });
    app.use(clerkMiddleware(fixtures.options)).get('/me', requireAuth(), showUser);
    const page = { accept: 'text/html', 'sec-fetch-dest': 'document', 'x-forwarded-proto': 'http', host: 'a.example' };
    const comesBackTo = async (query: string) => {
      const { headers } = await supertest(app).get(`/me?${query}`).set(page);
      return new URL(headers['location'] ?? '').searchParams.get('redirect_url');
    };
    expect(await comesBackTo('tls=1')).toBe('https://a.example/me?tls=1');
    expect(await comesBackTo('tls=0')).toBe('http://a.example/me?tls=0');
  });
});

describe('the authentication of a request', () => {
  it('is found if the runtime makes a new list of raw headers for each access', async () => {
    const app = express();
    app.use((req, _res, next) => {
      Object.defineProperty(req, 'rawHeaders', { get: () => Object.entries(req.headers).flat() });
      next();
    });
    app.use(clerkMiddleware(fixtures.options)).get('/me', requireAuth(), showUser);
    expect((await supertest(app).get('/me').set(bearer(fixtures.tokens.admin))).body).toEqual({ userId: 'user_ada' });
    expect((await supertest(app).get('/me')).status).toBe(401);
  });
});

describe('a denial', () => {
  it('does not depend on settings of the application', async () => {
    const plain = express();
    const dressed = express().set('json spaces', 8).set('json escape', true).set('json replacer', ['nothing']);
    const [one, other] = await Promise.all(
      [plain, dressed].map((app) => {
        app.use(clerkMiddleware(fixtures.options));
        app.get('/me', requireAuth(), showUser);
        return supertest(app).get('/me');
      }),
    );
    expect(other?.text).toBe(one?.text);
    expect(JSON.parse(one?.text ?? '')).toMatchObject({ errors: [{ code: 'unauthenticated' }] });
    expect(other?.headers['content-type']).toBe('application/json');
  });

  it('has no body for HEAD', async () => {
    const app = express();
    app.use(clerkMiddleware(fixtures.options));
    app.get('/me', requireAuth(), showUser);
    const answer = await supertest(app).head('/me');
    expect([answer.status, answer.text]).toEqual([401, undefined]);
  });

  it('leaves a response alone that another handler has begun', async () => {
    const app = express();
    app.use((_req, res, next) => {
      res.status(202).end('already');
      next();
    });
    app.use(clerkMiddleware(fixtures.options));
    app.get('/me', requireAuth(), showUser);
    const answer = await supertest(app).get('/me');
    expect([answer.status, answer.text]).toEqual([202, 'already']);
  });
});

describe('a `trust proxy` function that throws', () => {
  const own = new RangeError('no such network');
  const appWith = (options: object = {}) => {
    const events: BailiffEvent[] = [];
    const app = express();
    app.set('trust proxy', () => {
      throw own;
    });
    app.use(clerkMiddleware({ ...fixtures.options, onEvent: (event) => events.push(event), ...options }));
    app.get('/me', requireAuth({ redirect: true }), showUser);
    app.get('/open', (req, res) => void res.json({ isAuthenticated: req.auth.isAuthenticated })).use(showError);
    return { app, faults: () => events.filter(({ type }) => type === 'fault') };
  };
  const page = () => ({ accept: 'text/html', 'sec-fetch-dest': 'document', referer: 'https://other.example/' });

  it('answers 500 without a handshake and signs nobody in', async () => {
    const { app, faults } = appWith();
    const answer = await supertest(app).get('/me').set(page()).set(browserCookies(fixtures.tokens.admin)).redirects(0);
    expect([answer.status, answer.headers['location']]).toEqual([500, undefined]);
    expect(answer.body).toMatchObject({ errors: [{ code: 'authentication-fault' }] });
    expect(answer.text).not.toMatch(/no such network|RangeError|Clerk/);
    expect(faults()).toMatchObject([{ type: 'fault', during: 'request', error: own, method: 'GET' }]);
    const open = await supertest(app).get('/open').set(page()).set(browserCookies(fixtures.tokens.admin));
    expect([open.status, open.body]).toEqual([200, { isAuthenticated: false }]);
  });

  it('does not affect callers whose decision needs no address', async () => {
    const { app, faults } = appWith();
    expect((await supertest(app).get('/me').set(bearer(fixtures.tokens.admin))).status).toBe(200);
    expect(faults()).toEqual([]);
  });

  it('makes the proxy pass the error to the application', async () => {
    const { app, faults } = appWith({ frontendApiProxy: { enabled: true, fapiUrl: 'http://127.0.0.1:9' } });
    const answer = await supertest(app).get('/__clerk/v1/client');
    expect([answer.status, answer.body]).toEqual([500, { name: 'RangeError', message: own.message }]);
    expect(faults()).toMatchObject([{ type: 'fault', during: 'proxy', error: own, method: 'GET' }]);
  });
});
