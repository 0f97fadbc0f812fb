/** The official client's way of asking, without a browser: forms, `_method`, its query, cookies. Every answer is checked against the document. */
import { expect } from 'vitest';
import type { LocalInstance } from 'bailiff-local';
import { misfitsOf } from '../../../packages/local/src/document/frontend-check.js';
import { envelopedType, frontendDocument } from '../../../packages/local/src/document/frontend-document.js';
import { createRouter, routesOf } from '../../../packages/local/src/http/router.js';
import { Browser } from './support.js';

export const PAGE = 'http://127.0.0.1:3999';

type Json = Record<string, unknown>;

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
  readonly text: string;
  /** `response` of the envelope. */
  readonly response: Json;
  readonly client: Json | null;
  /** Code of the first error. */
  readonly code: string | undefined;
  /** `meta.param_name` of the first error. */
  readonly param: string | undefined;
}

/** A list is sent as several fields of its name. */
type Form = Readonly<Record<string, string | readonly string[]>>;

const encoded = (fields: Form): URLSearchParams =>
  new URLSearchParams(Object.entries(fields).flatMap(([name, value]) => [value].flat().map((each) => [name, each])));

const router = createRouter(routesOf(frontendDocument().operations));

export class FrontEnd {
  readonly browser = new Browser();
  /** Sent along with everything, such as the name of the browser. */
  headers: Readonly<Record<string, string>> = {};

  constructor(readonly clerk: LocalInstance) {}

  get(path: string): Promise<Reply> {
    return this.call('GET', path);
  }

  /** The user who is signed in. */
  async me(): Promise<Json> {
    return (await this.get('/v1/me')).response;
  }

  post(path: string, fields: Form = {}): Promise<Reply> {
    return this.call('POST', path, fields);
  }

  /** A file as `multipart/form-data`. */
  upload(path: string, file: File): Promise<Reply> {
    const body = new FormData();
    body.set('file', file);
    return this.call('POST', path, body);
  }

  async call(method: string, path: string, fields: Form | FormData = {}): Promise<Reply> {
    const url = new URL(path, this.clerk.frontendApiUrl);
    url.searchParams.set('_clerk_js_version', '6.40.0');
    if (method !== 'GET' && method !== 'POST') url.searchParams.set('_method', method);
    const sent =
      method === 'GET' ? {} : { method: 'POST', body: fields instanceof FormData ? fields : encoded(fields) };
    const headers = { origin: PAGE, ...this.headers };
    const answer = await this.browser.request(url.href, { ...sent, headers });
    expect(answer.headers.get('access-control-allow-origin'), `${method} ${path}`).toBe(PAGE);
    const text = await answer.text();
    const body = JSON.parse(text) as Json;
    if (answer.ok) expect(misfits(method, url.pathname, body), `${method} ${path}`).toEqual([]);
    const [error] = (body['errors'] as { code: string; meta?: { param_name?: string } }[] | undefined) ?? [];
    return {
      status: answer.status,
      headers: answer.headers,
      body,
      text,
      response: (body['response'] ?? {}) as Json,
      client: (body['client'] ?? null) as Json | null,
      code: error?.code,
      param: error?.meta?.param_name,
    };
  }
}

/** What an answer has that the document does not, and the other way round. */
export function misfits(method: string, path: string, body: Json): string[] {
  const type = router.match(method, path)?.value.answer;
  if (type === undefined) return [];
  const inner = envelopedType(type);
  if (inner === null) return misfitsOf(type, body);
  return [
    ...misfitsOf(inner, body['response'], {}, 'response'),
    ...misfitsOf('Client | null', body['client'], {}, 'client'),
  ];
}

/** A browser in which somebody has signed in by password. */
export async function signedInBy(
  clerk: LocalInstance,
  identifier: string,
  {
    password = 'correct horse',
    headers = {},
  }: { readonly password?: string; readonly headers?: FrontEnd['headers'] } = {},
): Promise<FrontEnd> {
  const front = new FrontEnd(clerk);
  front.headers = headers;
  const { response } = await front.post('/v1/client/sign_ins', { identifier, password });
  if (response['status'] !== 'complete') throw new Error(`${identifier} is not signed in`);
  return front;
}
