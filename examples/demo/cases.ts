/** What is asked with which credential, and what has to come back: one row each. */
import type { Credentials } from './credentials.js';

export interface Case {
  readonly request: `${'GET' | 'POST' | 'DELETE'} /${string}`;
  readonly as: keyof Credentials;
  /** Status, and the code of the first error if there is one. */
  readonly expected: string;
}

const MISMATCH = '401 token-type-mismatch';

export const CASES: readonly Case[] = [
  { request: 'GET /', as: 'none', expected: '200' },
  { request: 'GET /', as: 'garbage', expected: '200' },

  { request: 'GET /me', as: 'admin', expected: '200' },
  { request: 'GET /me', as: 'outsider', expected: '200' },
  { request: 'GET /me', as: 'cookies', expected: '200' },
  { request: 'GET /me', as: 'none', expected: '401 unauthenticated' },
  { request: 'GET /me', as: 'garbage', expected: '401 token-invalid' },
  { request: 'GET /me', as: 'basic', expected: '401 unauthenticated' },
  { request: 'GET /me', as: 'expired', expected: '401 session-token-expired' },
  { request: 'GET /me', as: 'tampered', expected: '401 token-invalid-signature' },
  { request: 'GET /me', as: 'pending', expected: '401 session-pending' },
  { request: 'GET /me', as: 'reader', expected: MISMATCH },
  { request: 'GET /me', as: 'm2mJwt', expected: MISMATCH },
  { request: 'GET /me', as: 'oauthJwt', expected: MISMATCH },

  { request: 'GET /admin', as: 'admin', expected: '200' },
  { request: 'GET /admin', as: 'member', expected: '403 forbidden' },
  { request: 'GET /admin', as: 'outsider', expected: '403 forbidden' },

  { request: 'POST /invoices', as: 'admin', expected: '201' },
  { request: 'POST /invoices', as: 'member', expected: '403 forbidden' },
  { request: 'GET /invoices', as: 'member', expected: '200' },
  { request: 'GET /invoices', as: 'reader', expected: '200' },
  { request: 'GET /invoices', as: 'm2m', expected: '200' },
  { request: 'GET /invoices', as: 'm2mJwt', expected: '200' },
  { request: 'GET /invoices', as: 'm2mElsewhere', expected: '403 forbidden' },
  { request: 'GET /invoices', as: 'writer', expected: '403 forbidden' },
  { request: 'GET /invoices', as: 'oauth', expected: MISMATCH },

  { request: 'POST /ingest', as: 'writer', expected: '202' },
  { request: 'POST /ingest', as: 'reader', expected: '403 forbidden' },
  { request: 'POST /ingest', as: 'unknownKey', expected: '401 token-invalid' },
  { request: 'POST /ingest', as: 'admin', expected: MISMATCH },

  { request: 'GET /mcp', as: 'oauth', expected: '200' },
  { request: 'GET /mcp', as: 'oauthJwt', expected: '200' },
  { request: 'GET /mcp', as: 'reader', expected: MISMATCH },

  { request: 'DELETE /account', as: 'admin', expected: '200' },
  { request: 'DELETE /account', as: 'stale', expected: '403 forbidden' },

  { request: 'GET /dashboard', as: 'cookies', expected: '200' },
  { request: 'GET /dashboard', as: 'page', expected: '307 to the instance' },
  { request: 'GET /dashboard', as: 'none', expected: '401 unauthenticated' },
];
