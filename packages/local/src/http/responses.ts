/** Answers in the shapes that the Frontend API has. */
import type { LocalResponse } from './messages.js';

type Headers = LocalResponse['headers'];

const NO_STORE = ['Cache-Control', 'no-store'] as const;

export function json(body: unknown, status = 200, headers: Headers = []): LocalResponse {
  return { status, headers: [['Content-Type', 'application/json'], NO_STORE, ...headers], body: JSON.stringify(body) };
}

/** Clerk's error envelope. */
export function failure(status: number, code: string, message: string, param?: string): LocalResponse {
  const error = {
    code,
    message,
    long_message: message,
    ...(param === undefined ? {} : { meta: { param_name: param } }),
  };
  return json({ errors: [error] }, status);
}

/** 303 after a form, 307 within the protocol. */
export function redirect(location: string, status: 303 | 307 = 303, cookies: readonly string[] = []): LocalResponse {
  const headers = [
    ['Location', location] as const,
    NO_STORE,
    ...cookies.map((cookie) => ['Set-Cookie', cookie] as const),
  ];
  return { status, headers, body: '' };
}
