/** An OAuth client as far as the tests need one: it asks for authorization, redeems codes, and refreshes. */
import { createHash } from 'node:crypto';
import type { LocalInstance } from 'bailiff-local';
import { expect } from 'vitest';
import { locationOf } from './support.js';

export const CALLBACK = 'http://127.0.0.1:3998/callback';
export const VERIFIER = 'a-verifier-that-is-long-enough-for-the-rules-0123456789';
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');

export interface Tokens {
  access_token: string;
  refresh_token: string;
  scope: string;
  id_token?: string;
  error?: string;
}

export interface Registered {
  readonly client_id: string;
  readonly client_secret?: string;
  readonly scope?: string;
}

export const codeOf = (location: URL) => location.searchParams.get('code') ?? '';

export async function register(clerk: LocalInstance, extra: Record<string, unknown> = {}): Promise<Registered> {
  const response = await fetch(`${clerk.frontendApiUrl}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'A <b>client</b>',
      redirect_uris: [CALLBACK],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      scope: 'profile email notes:read',
      ...extra,
    }),
  });
  expect(response.status).toBe(201);
  return (await response.json()) as Registered;
}

export class OAuthClient {
  constructor(
    readonly clerk: LocalInstance,
    readonly application: Registered,
  ) {}

  at(path: string): string {
    return `${this.clerk.frontendApiUrl}${path}`;
  }

  authorizeUrl(change: Record<string, string | null> = {}): string {
    const query = {
      response_type: 'code',
      client_id: this.application.client_id,
      redirect_uri: CALLBACK,
      code_challenge: CHALLENGE,
      code_challenge_method: 'S256',
      state: 's t&te',
      scope: 'profile email',
      ...change,
    };
    const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== null);
    return `${this.at('/oauth/authorize')}?${new URLSearchParams(given).toString()}`;
  }

  /** Without a browser: the header names the user, who consents. */
  async authorizeAs(user: string, change: Record<string, string | null> = {}): Promise<URL> {
    const headers = { 'x-bailiff-user': user };
    return locationOf(await fetch(this.authorizeUrl(change), { redirect: 'manual', headers }));
  }

  async exchange(fields: Record<string, string>, headers: Record<string, string> = {}, path = '/oauth/token') {
    const body = new URLSearchParams({ client_id: this.application.client_id, ...fields });
    const response = await fetch(this.at(path), { method: 'POST', body, headers });
    return { status: response.status, headers: response.headers, body: (await response.json()) as Tokens };
  }

  redeem(code: string, fields: Record<string, string> = {}) {
    const grant = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: VERIFIER };
    return this.exchange({ ...grant, ...fields });
  }

  refresh(token: string, fields: Record<string, string> = {}) {
    return this.exchange({ grant_type: 'refresh_token', refresh_token: token, ...fields });
  }

  /** From authorization to tokens. */
  async tokensFor(user: string, change: Record<string, string | null> = {}): Promise<Tokens> {
    const { status, body } = await this.redeem(codeOf(await this.authorizeAs(user, change)));
    expect(status).toBe(200);
    return body;
  }

  /** As a resource server asks the Backend API. */
  async verify(token: string) {
    const response = await fetch(`${this.clerk.apiUrl}/oauth_applications/access_tokens/verify`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.clerk.secretKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ access_token: token }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  userinfo(token: string): Promise<Response> {
    return fetch(this.at('/oauth/userinfo'), { headers: { authorization: `Bearer ${token}` } });
  }

  /** The client's row, changed as no operation changes it. */
  change(fields: Record<string, unknown>): void {
    const table = this.clerk.state.table('oauth_applications');
    table.update(table.by('client_id', this.application.client_id)[0]?.id ?? '', fields);
  }
}
