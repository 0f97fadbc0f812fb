/** Gathers what the checks look at: variables, keys taken apart, and what the two APIs answer. All effects of the doctor are here. */
import { createPublicKey } from 'node:crypto';
import { parsePublishableKey } from '../../../../../src/core/config/publishable-key.js';
import { resolveConfig } from '../../../../../src/core/config/resolve.js';
import type { Config, PublishableKey } from '../../../../../src/core/config/config.js';
import { readVariable } from '../../../../../src/environment.js';
import { ConfigurationError } from '../../../../../src/errors.js';
import type { Terminal } from '../terminal.js';

/** What a server answered to a question for its keys. */
export interface Answer {
  readonly url: string;
  /** Null: no answer; `failure` says why. */
  readonly status: number | null;
  readonly failure: string | null;
  /** Key ids and moduli; null if the answer was no JWKS. */
  readonly keys: readonly { readonly kid: string; readonly n: string }[] | null;
  /** The server's clock minus ours, ms; null if it does not tell. Exact to a second, as the `Date` header is. */
  readonly clockOffsetMs: number | null;
  /** First error code of the body. */
  readonly errorCode: string | null;
}

export interface Facts {
  readonly variable: (name: string) => string | undefined;
  /** All of the configuration, or why there is none. */
  readonly config: Config | ConfigurationError;
  readonly publishableKey: PublishableKey | null;
  /** Modulus of CLERK_JWT_KEY; null if it is unset or unreadable. */
  readonly jwtKeyModulus: string | null;
  readonly backend: Answer | null;
  readonly frontend: Answer | null;
  /** Where the application is served, if the person said so. */
  readonly site: URL | null;
  readonly nodeVersion: string;
}

const TIMEOUT_MS = 5_000;

export async function gatherFacts(terminal: Terminal, site: URL | null): Promise<Facts> {
  const variable = (name: string) => readVariable(name, terminal.env);
  const config = attempt(() => resolveConfig({ fetch: terminal.fetch, now: () => terminal.now() }, terminal.env));
  const parsed = attempt(() => parsePublishableKey(variable('CLERK_PUBLISHABLE_KEY') ?? ''));
  const publishableKey = parsed instanceof ConfigurationError ? null : parsed;
  const known = config instanceof ConfigurationError ? null : config;
  const secretKey = known?.secretKey;
  const ask = (url: string, key?: string) => askForKeys(terminal, url, key);
  const frontendUrl = known?.frontendApiUrl?.startsWith('http') === true ? known.frontendApiUrl : null;
  const [backend, frontend] = await Promise.all([
    known && secretKey ? ask(`${known.apiUrl}/${known.apiVersion}/jwks`, secretKey) : null,
    frontendUrl === null ? null : ask(`${frontendUrl}/.well-known/jwks.json`),
  ]);
  return {
    variable,
    config,
    publishableKey,
    jwtKeyModulus: modulusOf(variable('CLERK_JWT_KEY')),
    backend,
    frontend,
    site,
    nodeVersion: process.versions.node,
  };
}

function attempt<T>(run: () => T): T | ConfigurationError {
  try {
    return run();
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
}

async function askForKeys(terminal: Terminal, url: string, secretKey?: string): Promise<Answer> {
  const nothing = { url, status: null, failure: null, keys: null, clockOffsetMs: null, errorCode: null };
  const before = terminal.now();
  try {
    const headers = secretKey === undefined ? {} : { authorization: `Bearer ${secretKey}` };
    // A redirect would carry the key to wherever it points.
    const response = await terminal.fetch(url, {
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const after = terminal.now();
    const date = Date.parse(response.headers.get('date') ?? '');
    const body: unknown = await response.json().catch(() => null);
    return {
      ...nothing,
      status: response.status,
      // The header was written some time between question and answer, and its fraction is cut.
      clockOffsetMs: Number.isNaN(date) ? null : date + 500 - (before + after) / 2,
      keys: keysIn(body),
      errorCode: errorCodeIn(body),
    };
  } catch (error) {
    return { ...nothing, failure: failureOf(error) };
  }
}

function keysIn(body: unknown): Answer['keys'] {
  const keys = (body as { keys?: unknown } | null)?.keys;
  if (!Array.isArray(keys)) return null;
  return (keys as Record<string, unknown>[])
    .filter((key) => typeof key['kid'] === 'string' && typeof key['n'] === 'string')
    .map((key) => ({ kid: key['kid'] as string, n: key['n'] as string }));
}

function errorCodeIn(body: unknown): string | null {
  const errors = (body as { errors?: { code?: unknown }[] } | null)?.errors;
  const code = Array.isArray(errors) ? errors[0]?.code : undefined;
  return typeof code === 'string' ? code : null;
}

/** The system's own code (`ECONNREFUSED`), which says most in least. */
function failureOf(error: unknown): string {
  const { name, cause } = error as { name?: string; cause?: { code?: string } };
  return (
    cause?.code ?? (name === 'TimeoutError' ? `no answer within ${String(TIMEOUT_MS / 1000)} s` : (name ?? 'failed'))
  );
}

/** In the forms in which the key is found in practice: with breaks, with `\n`, or without its first and last line. */
function modulusOf(pem: string | undefined): string | null {
  if (pem === undefined) return null;
  const body = pem.replaceAll(/\\[nr]/g, '').replaceAll(/-----[^-]+-----|\s/g, '');
  try {
    const key = createPublicKey({ key: Buffer.from(body, 'base64'), format: 'der', type: 'spki' });
    return key.export({ format: 'jwk' }).n ?? null;
  } catch {
    return null;
  }
}
