/** Bailiff's events as OpenTelemetry spans and metrics. */
import { metrics, SpanKind, SpanStatusCode, trace, type Attributes, type Meter, type Tracer } from '@opentelemetry/api';
import type { BailiffEvent } from '../types.js';

export interface OpenTelemetryOptions {
  /**
   * Makes the spans.
   *
   * @default the tracer `bailiff` of the global provider
   */
  readonly tracer?: Tracer;
  /**
   * Makes the metrics.
   *
   * @default the meter `bailiff` of the global provider
   */
  readonly meter?: Meter;
  /**
   * The time at which an event arrives, in milliseconds since the epoch; a span starts its duration before that.
   *
   * @default `Date.now`
   * @unit ms
   */
  readonly now?: () => number;
}

/** Methods that the semantic conventions know; every other one is `_OTHER`. */
const METHODS = new Set('CONNECT DELETE GET HEAD OPTIONS PATCH POST PUT QUERY TRACE'.split(' '));
const methodOf = (method: string | null): string => (method !== null && METHODS.has(method) ? method : '_OTHER');

/** The bound on the values of `http.route`: each one is a time series of its own in the metrics backend. */
const MAX_ROUTES = 200;

const OUTCOMES: Readonly<Record<number, string>> = { 307: 'handshake', 500: 'fault', 503: 'unavailable' };

const outcome = (name: string, event: Extract<BailiffEvent, { type: 'denied' | 'unauthenticated' }>): Attributes => ({
  'bailiff.outcome': event.reason === 'authentication-fault' ? 'fault' : name,
  'bailiff.token_type': event.tokenType ?? 'none',
  'bailiff.reason': event.reason ?? 'none',
});

/**
 * Gives a function for `onEvent` that records what Bailiff does.
 *
 * | instrument | kind | attributes |
 * |---|---|---|
 * | `bailiff.authentication.duration` (s) | histogram | `bailiff.outcome`, `bailiff.token_type`, `bailiff.reason` |
 * | `bailiff.denials` | counter | `http.request.method`, `http.route`, `http.response.status_code`, `bailiff.reason`, `bailiff.missing` |
 * | `bailiff.token_cache.lookups` | counter | `bailiff.token_type`, `bailiff.hit`, `bailiff.source` |
 * | `bailiff.handshakes` | counter | `bailiff.step`, `bailiff.reason` |
 * | `bailiff.backend_api.duration` (s) | histogram | `bailiff.operation`, `http.response.status_code`, `error.type` |
 * | `bailiff.diagnostics` | counter | `bailiff.diagnostic` |
 * | `bailiff.faults` | counter | `bailiff.during`, `error.type` |
 *
 * `http.*` and `error.type` are of the semantic conventions. `bailiff.outcome` is `authenticated`, `signed-out`, `handshake`, `unavailable` or `fault`; of an
 * authenticator that your own code asks, `refused` is what is signed out.
 *
 * Calls of the Backend API, JWKS refreshes and session refreshes become client spans, children of the span that is
 * active when they end. Events hold no token and no key, so neither do spans; user ids are left out as well.
 *
 * @param options `tracer`, `meter` and clock; by default those of the global providers, and `Date.now`
 * @returns a function for the option `onEvent` of an authenticator
 *
 * @example
 * ```ts
 * import { createAuthenticator } from 'bailiff';
 * import { openTelemetry } from 'bailiff/opentelemetry';
 *
 * const authenticator = createAuthenticator({ onEvent: openTelemetry() });
 * ```
 */
export function openTelemetry(options: OpenTelemetryOptions = {}): (event: BailiffEvent) => void {
  const tracer = options.tracer ?? trace.getTracer('bailiff');
  const meter = options.meter ?? metrics.getMeter('bailiff');
  const now = options.now ?? Date.now;

  const authentications = meter.createHistogram('bailiff.authentication.duration', {
    unit: 's',
    description: 'How long it took to decide who is at the door.',
  });
  const denials = meter.createCounter('bailiff.denials', { description: 'Requests that were refused.' });
  const lookups = meter.createCounter('bailiff.token_cache.lookups', { description: 'Looks for a verified token.' });
  const handshakes = meter.createCounter('bailiff.handshakes', { description: 'Steps of browser handshakes.' });
  const calls = meter.createHistogram('bailiff.backend_api.duration', {
    unit: 's',
    description: 'How long calls of the Backend API took.',
  });

  const diagnostics = meter.createCounter('bailiff.diagnostics', {
    description: 'What was found to be wrong with the configuration.',
  });
  const faults = meter.createCounter('bailiff.faults', { description: 'What failed on this server.' });

  const span = (name: string, durationMs: number, failed: boolean, attributes: Attributes) => {
    const end = now();
    const recorded = tracer.startSpan(name, { kind: SpanKind.CLIENT, startTime: end - durationMs, attributes });
    if (failed) recorded.setStatus({ code: SpanStatusCode.ERROR });
    recorded.end(end);
  };

  const routes = new Set<string>();
  /** Express writes the values of a mounted router's parameters into the route, so clients could make any number of routes. */
  const routeOf = (route: string): string => {
    if (routes.size < MAX_ROUTES) routes.add(route);
    return routes.has(route) ? route : '_OTHER';
  };

  return (event) => {
    switch (event.type) {
      case 'authenticated':
        authentications.record(event.durationMs / 1000, {
          'bailiff.outcome': 'authenticated',
          'bailiff.token_type': event.tokenType,
        });
        break;
      case 'unauthenticated':
        authentications.record(event.durationMs / 1000, outcome(event.status, event));
        break;
      case 'denied':
        // A state of `authenticateRequest` that no guard asked for counts as an authentication; a 400 of the middleware does not.
        if (event.by === 'request' && event.status !== 400) {
          authentications.record(event.durationMs / 1000, outcome(OUTCOMES[event.status] ?? 'refused', event));
        } else {
          denials.add(1, {
            'http.request.method': methodOf(event.method),
            ...(event.route !== null && { 'http.route': routeOf(event.route) }),
            'http.response.status_code': event.status,
            'bailiff.reason': event.reason ?? 'none',
            ...(event.missing !== null && { 'bailiff.missing': event.missing }),
          });
        }
        break;
      case 'diagnostic':
        diagnostics.add(1, { 'bailiff.diagnostic': event.diagnostic });
        break;
      case 'token.cache':
        lookups.add(1, {
          'bailiff.token_type': event.tokenType,
          'bailiff.hit': event.hit,
          'bailiff.source': event.source,
        });
        break;
      case 'handshake':
        handshakes.add(1, { 'bailiff.step': event.step, 'bailiff.reason': event.reason ?? 'none' });
        break;
      case 'fault':
        // Message and stack stay in the log: an attribute of a metric takes few values, and they may take any.
        faults.add(1, { 'bailiff.during': event.during, 'error.type': event.error.name });
        break;
      case 'jwks.refreshed':
        span('bailiff jwks', event.durationMs, false, { 'bailiff.keys': event.keys });
        break;
      case 'jwks.failed':
        span('bailiff jwks', event.durationMs, true, {
          'bailiff.reason': event.reason,
          ...(event.detail !== null && { 'bailiff.detail': event.detail }),
        });
        break;
      case 'session.refreshed':
        span('bailiff session refresh', event.durationMs, !event.ok, { 'bailiff.reason': event.reason ?? 'none' });
        break;
      case 'backend-api.call': {
        const attributes: Attributes = {
          'bailiff.operation': event.operation,
          ...(event.status !== null && { 'http.response.status_code': event.status }),
          ...((event.status === null || event.status >= 400) && { 'error.type': String(event.status ?? '_OTHER') }),
        };
        calls.record(event.durationMs / 1000, attributes);
        span(`bailiff ${event.operation}`, event.durationMs, event.status === null || event.status >= 400, attributes);
        break;
      }
    }
  };
}
