import { startLocalInstance, type LocalInstance, type LocalInstanceOptions } from 'bailiff-local';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterEach } from 'vitest';

type Json = Record<string, unknown>;

/** Starts instances that are closed after the test. */
export function instances(): (options?: LocalInstanceOptions) => Promise<LocalInstance> {
  const started: LocalInstance[] = [];
  afterEach(async () => {
    await Promise.all(started.splice(0).map((clerk) => clerk.close()));
  });
  return async (options) => {
    const clerk = await startLocalInstance(options);
    started.push(clerk);
    return clerk;
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly json: Json;
  readonly text: string;
}

/** One Backend API call with the instance's secret key, in process. */
export async function call(
  clerk: LocalInstance,
  method: string,
  path: string,
  body?: unknown,
  key = clerk.secretKey,
): Promise<Answer> {
  const response = await clerk.fetch(`${clerk.apiUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: text === '' ? {} : (JSON.parse(text) as Json),
  };
}

export function codeOf({ json }: Answer): unknown {
  return (json['errors'] as { code: string }[] | undefined)?.[0]?.code;
}

/** Header and payload, unverified. */
export function decode(token: string): { header: Json; payload: Json } {
  return { header: decodeProtectedHeader(token), payload: decodeJwt(token) };
}
