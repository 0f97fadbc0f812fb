/** Answers through Fastify's reply, so that its hooks run for them too. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Answer, RequestAuthentication } from '../../core/index.js';
import type { HeaderPairs } from '../../ground/headers.js';
import { keepPrivate } from '../node/keep-private.js';
import { showAuth } from '../node/show-auth.js';

export function putHeaders(reply: FastifyReply, headers: HeaderPairs): void {
  for (const [name, value] of headers) {
    const joined = name.toLowerCase() === 'vary' && [reply.getHeader(name) ?? [], value].flat().join(', ');
    // Fastify appends `Set-Cookie` by itself.
    reply.header(name, joined || value);
  }
  keepPrivate(reply.raw, headers);
}

/** Puts the caller at `request.auth`, and keeps the session's cookies on the response even if the handler writes to `reply.raw`. */
export function present(request: FastifyRequest, reply: FastifyReply, state: RequestAuthentication<unknown>): void {
  showAuth(request, state.auth);
  keepPrivate(reply.raw, state.answerHeaders);
}

/**
 * Awaited at the end of a hook that has answered. Attack: when a client hangs up on its denial, Fastify takes the broken connection
 * for a finished answer and would go on to the route. So the hook never ends then, which costs nothing.
 */
export async function answered(reply: FastifyReply): Promise<void> {
  await reply;
  if (!reply.sent) await new Promise<never>(() => undefined);
}

/** As bytes: to text Fastify would add a character set, which the other adapters do not send. */
export function sendAnswer(reply: FastifyReply, { status, headers, body = null }: Answer): Promise<void> {
  putHeaders(reply, headers);
  return answered(reply.code(status).send(body === null ? undefined : Buffer.from(body)));
}

/** Tells whether `reply.send` is called from now on. `reply.sent` alone turns true only after asynchronous hooks have run. */
export function watchSend(reply: FastifyReply): () => boolean {
  const send = reply.send.bind(reply);
  let isCalled = false;
  reply.send = (payload) => ((isCalled = true), send(payload));
  return () => isCalled || reply.sent;
}
