/** Fastify's request as a view, and where it carries its authentication. */
import type { FastifyRequest } from 'fastify';
import { createSlot } from '../../core/index.js';
import { NodeView } from '../node/node-view.js';
import type { OnDenied } from './middleware-options.js';

export class FastifyView extends NodeView {
  readonly #request: FastifyRequest;

  constructor(request: FastifyRequest) {
    super(request.raw, request.originalUrl);
    this.#request = request;
  }

  /** Null where no route matches. */
  get route(): string | null {
    return this.#request.routeOptions.url ?? null;
  }

  /** Fastify's own `trustProxy` decides: `ips` lists more than the address of the connection only if that is a trusted proxy's. */
  get trustsProxy(): boolean {
    const { socket } = this.#request.raw;
    const raw = { socket, headers: { 'x-forwarded-for': '0.0.0.0' } };
    const ips = Reflect.get(this.#request, 'ips', { raw }) as readonly string[] | undefined;
    return (ips?.length ?? 0) > 1;
  }
}

export const slot = createSlot<FastifyRequest, OnDenied>('fastify');
