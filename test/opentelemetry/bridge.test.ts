/** The bridge against a real SDK with in-memory exporters. */
import {
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  AggregationTemporality,
} from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { SpanStatusCode } from '@opentelemetry/api';
import { clerkMiddleware, requireAuth } from 'bailiff/hono';
import { createAuthenticator, type AuthenticatorOptions } from 'bailiff';
import { openTelemetry } from 'bailiff/opentelemetry';
import { Hono } from 'hono';
import type { LocalInstance } from 'bailiff-local';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { OPERATIONS, startClerk } from '../support/clerk.js';
import { createClock } from '../support/tokens.js';

let clerk: LocalInstance;
beforeEach(async () => {
  clerk = await startClerk();
});
afterEach(() => clerk.close());

function setUp(options: AuthenticatorOptions = {}) {
  const spans = new InMemorySpanExporter();
  const tracer = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }).getTracer('test');
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const meter = new MeterProvider({ readers: [reader] }).getMeter('test');
  const clock = createClock();
  const authenticator = createAuthenticator({
    secretKey: clerk.secretKey,
    publishableKey: 'pk_live_Y2xlcmsuYWNvcm5ib29rcy5leGFtcGxlJA',
    apiUrl: clerk.apiUrl,
    acceptsToken: 'any',
    now: clock,
    onEvent: openTelemetry({ tracer, meter }),
    logger: false,
    ...options,
  });
  const authenticate = (token: string) =>
    authenticator.authenticateRequest({
      method: 'GET',
      url: 'https://app.acornbooks.example/',
      header: (name) => (name === 'authorization' ? `Bearer ${token}` : null),
    });
  const metricNames = async () => {
    await reader.forceFlush();
    const found = exporter.getMetrics().flatMap((resource) => resource.scopeMetrics.flatMap((scope) => scope.metrics));
    return new Map(found.map((metric) => [metric.descriptor.name, metric.dataPoints]));
  };
  return { spans, authenticate, metricNames, exporter };
}

it('records authentications, refusals, cache look-ups and calls, and never a token', async () => {
  const { spans, authenticate, metricNames, exporter } = setUp();
  const token = await clerk.createSessionToken();
  const { secret } = await clerk.createApiKey({ subject: 'user_ada' });
  expect((await authenticate(token)).status).toBe('signed-in');
  expect((await authenticate(token)).status).toBe('signed-in');
  expect((await authenticate(secret)).status).toBe('signed-in');
  expect((await authenticate('garbage')).status).toBe('signed-out');

  const metrics = await metricNames();
  const outcomes = metrics
    .get('bailiff.authentication.duration')
    ?.map((point) => [point.attributes['bailiff.outcome'], (point.value as { count: number }).count]);
  expect(
    outcomes?.filter(([outcome]) => outcome === 'authenticated').reduce((sum, [, count]) => sum + Number(count), 0),
  ).toBe(3);
  expect(
    outcomes?.filter(([outcome]) => outcome === 'refused').reduce((sum, [, count]) => sum + Number(count), 0),
  ).toBe(1);
  expect(metrics.get('bailiff.token_cache.lookups')?.some((point) => point.attributes['bailiff.hit'] === true)).toBe(
    true,
  );
  expect(metrics.get('bailiff.backend_api.duration')?.length).toBeGreaterThan(0);
  expect(spans.getFinishedSpans().map((span) => span.name)).toContain('bailiff jwks');

  const everything = JSON.stringify([
    spans.getFinishedSpans().map((span) => [span.name, span.attributes]),
    exporter.getMetrics(),
  ]);
  for (const secretText of [token, secret, clerk.secretKey]) expect(everything).not.toContain(secretText);
});

it('marks failed calls as errors', async () => {
  clerk.fail({ operation: OPERATIONS.jwks });
  const { spans, authenticate } = setUp();
  expect((await authenticate(await clerk.createSessionToken())).status).toBe('unavailable');
  expect(spans.getFinishedSpans().filter((span) => span.status.code === SpanStatusCode.ERROR).length).toBeGreaterThan(
    0,
  );
});

it('counts faults of this server by class, without their messages', async () => {
  const { authenticate, metricNames, exporter } = setUp({
    fetch: () => Promise.reject(new RangeError('private words')),
  });
  expect((await authenticate(await clerk.createSessionToken())).reason).toBe('authentication-fault');
  const [point] = (await metricNames()).get('bailiff.faults') ?? [];
  expect([point?.value, point?.attributes]).toEqual([1, { 'bailiff.during': 'request', 'error.type': 'RangeError' }]);
  expect(JSON.stringify(exporter.getMetrics())).not.toContain('private words');
});

it('counts one denial for a refused request by method, route, status and missing part, and none for a served one', async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const meter = new MeterProvider({ readers: [reader] }).getMeter('test');
  const app = new Hono();
  const { secretKey, publishableKey, apiUrl } = clerk;
  app.use(
    clerkMiddleware({ secretKey, publishableKey, apiUrl, now: createClock(), onEvent: openTelemetry({ meter }) }),
  );
  app.all('/orders/:id', requireAuth({ role: 'org:owner' }), (c) => c.text('in'));
  app.get('/key', requireAuth({ token: 'api_key' }), (c) => c.text('in'));
  const { secret } = await clerk.createApiKey({ subject: 'user_ada' });
  const user = await clerk.createSessionToken();
  const ask = async (path: string, token: string, method = 'GET') =>
    (await app.request(path, { method, headers: { authorization: `Bearer ${token}` } })).status;
  expect([await ask('/key', secret), await ask('/orders/1', user), await ask('/orders/2', user)]).toEqual([
    200, 403, 403,
  ]);
  expect(await ask('/orders/3', user, 'BREW')).toBe(403);
  await reader.forceFlush();
  const points = exporter
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
    .filter(({ descriptor }) => descriptor.name === 'bailiff.denials')
    .flatMap(({ dataPoints }) => dataPoints.map(({ value, attributes }) => ({ value, ...attributes })));
  const denied = {
    'http.route': '/orders/:id',
    'http.response.status_code': 403,
    'bailiff.reason': 'forbidden',
    'bailiff.missing': 'role',
  };
  expect(points).toEqual([
    { value: 2, 'http.request.method': 'GET', ...denied },
    { value: 1, 'http.request.method': '_OTHER', ...denied },
  ]);
});

it('limits the routes that a client can create, and names decisions by their outcome', async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const listen = openTelemetry({ meter: new MeterProvider({ readers: [reader] }).getMeter('test') });
  const request = { method: 'GET', requestId: null, tokenType: null, reason: null, durationMs: 5 } as const;
  for (let number = 0; number < 1_000; number += 1) {
    listen({ ...request, type: 'denied', by: 'guard', status: 401, missing: null, route: `/made-up/${number}` });
  }
  for (const status of ['signed-out', 'handshake', 'unavailable'] as const) {
    listen({ ...request, type: 'unauthenticated', status, route: null });
  }
  await reader.forceFlush();
  const metrics = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
  const of = (name: string) => metrics.find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? [];
  expect(new Set(of('bailiff.denials').map(({ attributes }) => attributes['http.route'])).size).toBe(201);
  expect(of('bailiff.authentication.duration').map(({ attributes }) => attributes['bailiff.outcome'])).toEqual([
    'signed-out',
    'handshake',
    'unavailable',
  ]);
});
