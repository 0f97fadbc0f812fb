/** The last requests with their bodies and answers, for somebody to look at. Bounded in number and in bytes. */
import type { LocalRequest, LocalResponse } from '../http/messages.js';
import { redactBody, redactHeaderLines, redactHeaders, redactQuery, type HeaderLines } from './redaction.js';

/** A body as it is kept: its beginning, and how long it was. */
interface KeptBody {
  readonly contentType: string;
  readonly bytes: number;
  /** Undefined for what is not text. */
  readonly text: string | undefined;
}

export interface Body {
  readonly contentType: string;
  /** The length of the whole body. */
  readonly bytes: number;
  /** Its beginning, without secrets; null for what is not text. */
  readonly text: string | null;
}

/** A request and what was answered, without secrets. */
export interface Exchange {
  /** Counts from 1, and goes on when older ones are forgotten. */
  readonly number: number;
  readonly method: string;
  readonly path: string;
  /** With its `?`, or empty. */
  readonly query: string;
  readonly operation: string | null;
  /** Null when the connection was cut or never answered. */
  readonly status: number | null;
  /** Instance time, ms. */
  readonly at: number;
  /** Real time that the answer took, ms. */
  readonly durationMs: number;
  readonly requestHeaders: HeaderLines;
  readonly answerHeaders: HeaderLines;
  readonly requestBody: Body;
  readonly answerBody: Body;
}

type Head = Pick<LocalRequest, 'method' | 'path' | 'query' | 'headers'>;

interface Kept {
  readonly number: number;
  readonly request: Head;
  readonly status: number | null;
  readonly at: number;
  readonly durationMs: number;
  readonly requestBody: KeptBody;
  readonly answerHeaders: LocalResponse['headers'];
  readonly answerBody: KeptBody;
  readonly size: number;
}

export interface ExchangeLog {
  add(happened: {
    readonly request: LocalRequest;
    /** Null when the connection was cut or never answered. */
    readonly response: LocalResponse | null;
    readonly at: number;
    readonly durationMs: number;
  }): void;
  /** Newest first. */
  latest(count?: number): readonly Exchange[];
  get(number: number): Exchange | undefined;
  /** Numbers go on. */
  clear(): void;
}

const MOST_EXCHANGES = 200;
const MOST_BYTES = 1024 * 1024;
const MOST_BYTES_OF_A_BODY = 16 * 1024;
const TEXT = /^(?:text\/|application\/(?:[\w.-]+\+)?json|application\/x-www-form-urlencoded|$)/i;

/** @param operationOf the id of the operation that a request reaches */
export function createExchangeLog(operationOf: (request: Head) => string | null): ExchangeLog {
  let kept: Kept[] = [];
  let size = 0;
  let counter = 0;
  const shown = ({ request, requestBody, answerHeaders, answerBody, size: _, ...rest }: Kept): Exchange => ({
    ...rest,
    method: request.method,
    path: request.path,
    query: redactQuery(request.query),
    operation: operationOf(request),
    requestHeaders: Object.entries(redactHeaders(request.headers)),
    answerHeaders: redactHeaderLines(answerHeaders.map(([name, value]) => [name.toLowerCase(), value])),
    requestBody: shownBody(requestBody),
    answerBody: shownBody(answerBody),
  });
  return {
    add({ request: { method, path, query, headers, body }, response, at, durationMs }) {
      const requestBody = keptBody(body, headers['content-type'] ?? '');
      const answerBody = keptBody(response?.body ?? '', contentTypeOf(response));
      const entry: Kept = {
        number: ++counter,
        request: { method, path, query, headers },
        status: response?.status ?? null,
        at,
        durationMs,
        requestBody,
        answerHeaders: response?.headers ?? [],
        answerBody,
        size: (requestBody.text?.length ?? 0) + (answerBody.text?.length ?? 0),
      };
      kept.push(entry);
      size += entry.size;
      while (kept.length > MOST_EXCHANGES || size > MOST_BYTES) size -= kept.shift()?.size ?? size;
    },
    latest: (count = MOST_EXCHANGES) => kept.slice(-count).reverse().map(shown),
    get(number) {
      const found = kept.find((entry) => entry.number === number);
      return found && shown(found);
    },
    clear() {
      kept = [];
      size = 0;
    },
  };
}

const contentTypeOf = (response: LocalResponse | null): string =>
  response?.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';

/** What is kept is a copy: a part of a body would hold the whole of it. */
function keptBody(body: string | Uint8Array, contentType: string): KeptBody {
  if (body.length === 0) return { contentType, bytes: 0, text: '' };
  const isText = TEXT.test(contentType);
  if (typeof body !== 'string')
    return {
      contentType,
      bytes: body.byteLength,
      text: isText ? Buffer.from(body.subarray(0, MOST_BYTES_OF_A_BODY)).toString() : undefined,
    };
  const text = body.length <= MOST_BYTES_OF_A_BODY ? body : Buffer.from(body.slice(0, MOST_BYTES_OF_A_BODY)).toString();
  return { contentType, bytes: Buffer.byteLength(body), text: isText ? text : undefined };
}

const shownBody = ({ contentType, bytes, text }: KeptBody): Body => ({
  contentType,
  bytes,
  text: text === undefined ? null : redactBody(text, contentType),
});
