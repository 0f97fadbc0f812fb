/** Answers through Fastify's reply, so that its hooks run for them too. */
import type { FastifyReply } from 'fastify';
import { sessionCookiesOf, type Answer } from '../../core/index.js';
import type { HeaderPairs } from '../../shared/headers.js';
import type { Denial } from '../../types.js';
import { keepPrivate } from '../node/keep-private.js';

export function putHeaders(reply: FastifyReply, headers: HeaderPairs): void {
  for (const [name, value] of headers) {
    const joined = name.toLowerCase() === 'vary' && [reply.getHeader(name) ?? [], value].flat().join(', ');
    // Fastify appends `Set-Cookie` by itself.
    reply.header(name, joined || value);
  }
  const cookies = sessionCookiesOf(headers);
  if (cookies.length > 0) keepPrivate(reply.raw, cookies);
}

/** As bytes: to text Fastify would add a character set, which the other adapters do not send. */
export function sendAnswer(
  reply: FastifyReply,
  { status, headers, body }: Answer & { body?: string | null },
): FastifyReply {
  putHeaders(reply, headers);
  return reply.code(status).send(typeof body === 'string' ? Buffer.from(body) : undefined);
}

export function sendDenial(reply: FastifyReply, { status, headers, body }: Denial): FastifyReply {
  const pairs: HeaderPairs = [...Object.entries(headers), ['content-type', 'application/json']];
  return sendAnswer(reply, { status, headers: pairs, body: JSON.stringify(body) });
}
