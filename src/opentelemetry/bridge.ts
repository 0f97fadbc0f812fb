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

/**
 * Gives a function for `onEvent` that records what Bailiff does.
 *
 * | instrument | kind | attributes |
 * |---|---|---|
 * | `bailiff.authentication.duration` (s) | histogram | `bailiff.outcome`, `bailiff.token_type`, `bailiff.reason` |
 * | `bailiff.denials` | counter | `http.response.status_code`, `bailiff.reason` |
 * | `bailiff.token_cache.lookups` | counter | `bailiff.token_type`, `bailiff.hit`, `bailiff.source` |
 * | `bailiff.handshakes` | counter | `bailiff.step`, `bailiff.reason` |
 * | `bailiff.backend_api.duration` (s) | histogram | `bailiff.operation`, `http.response.status_code` |
 * | `bailiff.faults` | counter | `bailiff.during`, `error.type` |
 *
 * Calls of the Backend API, JWKS refreshes and session refreshes become client spans, children of the span that is
 * active when they end. Events hold no token and no key, so neither do spans; user ids are left out as well.
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
  const denials = meter.createCounter('bailiff.denials', { description: 'Requests that a guard refused.' });
  const lookups = meter.createCounter('bailiff.token_cache.lookups', { description: 'Looks for a verified token.' });
  const handshakes = meter.createCounter('bailiff.handshakes', { description: 'Steps of browser handshakes.' });
  const calls = meter.createHistogram('bailiff.backend_api.duration', {
    unit: 's',
    description: 'How long calls of the Backend API took.',
  });

  const faults = meter.createCounter('bailiff.faults', { description: 'What failed on this server.' });

  const span = (name: string, durationMs: number, failed: boolean, attributes: Attributes) => {
    const end = now();
    const recorded = tracer.startSpan(name, { kind: SpanKind.CLIENT, startTime: end - durationMs, attributes });
    if (failed) recorded.setStatus({ code: SpanStatusCode.ERROR });
    recorded.end(end);
  };

  return (event) => {
    switch (event.type) {
      case 'authenticated':
        authentications.record(event.durationMs / 1000, {
          'bailiff.outcome': 'authenticated',
          'bailiff.token_type': event.tokenType,
        });
        break;
      case 'denied':
        if (event.by === 'request') {
          authentications.record(event.durationMs / 1000, {
            'bailiff.outcome': 'refused',
            'bailiff.token_type': event.tokenType ?? 'none',
            'bailiff.reason': event.reason ?? 'none',
          });
        } else {
          denials.add(1, { 'http.response.status_code': event.status, 'bailiff.reason': event.reason ?? 'none' });
        }
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
        // The message and the stack are the log's: what they say is nobody's to name.
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
          'http.response.status_code': event.status ?? 0,
        };
        calls.record(event.durationMs / 1000, attributes);
        span(`bailiff ${event.operation}`, event.durationMs, event.status === null || event.status >= 400, attributes);
        break;
      }
    }
  };
}
