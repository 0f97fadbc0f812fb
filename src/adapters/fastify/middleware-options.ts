import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AuthenticatorSource, MiddlewareSettings } from '../../core/index.js';
import type { AuthenticatorOptions, Denial } from '../../types.js';

/**
 * Answers instead of a guard, by `reply.send(…)`. If nothing is sent, the default answer is; the route behind stays out of
 * reach either way.
 */
export type OnDenied = (denial: Denial, request: FastifyRequest, reply: FastifyReply) => unknown;

export type ClerkMiddlewareSettings = MiddlewareSettings<FastifyRequest, OnDenied>;
export type ClerkMiddlewareOptions = AuthenticatorOptions & ClerkMiddlewareSettings;
export type ClerkMiddlewareSource = AuthenticatorSource<FastifyRequest>;
