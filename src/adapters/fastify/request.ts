/** A look at Fastify's request, and its slot for the authentication. */
import type { FastifyRequest } from 'fastify';
import { createSlot } from '../../core/index.js';
import { NodeView } from '../node/node-view.js';
import type { OnDenied } from './settings.js';

export class FastifyView extends NodeView {
  readonly #ips: readonly string[] | undefined;

  constructor({ raw, originalUrl, ips }: FastifyRequest) {
    super(raw, originalUrl);
    this.#ips = ips;
  }

  /** Fastify's own `trustProxy` decides: it lists more than one address only behind a proxy that it trusts. */
  get trustsProxy(): boolean {
    return (this.#ips?.length ?? 0) > 1;
  }
}

export const slot = createSlot<FastifyRequest, OnDenied>();
