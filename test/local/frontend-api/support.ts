/** A browser as far as the tests need one: a cookie jar per host, no automatic redirects. */
import { startLocalInstance } from 'bailiff-local';
import type { LocalInstance, LocalInstanceOptions } from 'bailiff-local';
import { decodeJwt } from 'jose';

export class Browser {
  readonly #jar = new Map<string, Map<string, string>>();

  cookies(url: string): ReadonlyMap<string, string> {
    return this.#jarOf(url);
  }

  /** One request; `Set-Cookie` is kept as browsers do: by host, whatever the port. */
  async request(url: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    const cookies = [...this.#jarOf(url)].map(([name, value]) => `${name}=${value}`);
    if (cookies.length > 0) headers.set('cookie', cookies.join('; '));
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    this.accept(url, response.headers.getSetCookie());
    return response;
  }

  accept(url: string, directives: readonly string[]): void {
    for (const directive of directives) {
      const [pair = '', ...attributes] = directive.split('; ');
      const at = pair.indexOf('=');
      if (attributes.includes('Max-Age=0')) this.#jarOf(url).delete(pair.slice(0, at));
      else this.#jarOf(url).set(pair.slice(0, at), pair.slice(at + 1));
    }
  }

  /** Submits a form as the page itself would. */
  submit(url: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
    return this.request(url, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: { 'sec-fetch-site': 'same-origin', origin: new URL(url).origin, ...headers },
    });
  }

  #jarOf(url: string): Map<string, string> {
    const { hostname } = new URL(url);
    let jar = this.#jar.get(hostname);
    if (jar === undefined) this.#jar.set(hostname, (jar = new Map<string, string>()));
    return jar;
  }
}

export const NOW = 1_800_000_000_000;
export const ADA = 'user_ada';
export const APP = 'http://127.0.0.1:3999/page?x=1';

/** An instance with Ada, who is admin of one organization and member of another, and with Bob, who is in none. */
export async function startWithPeople(options: LocalInstanceOptions = {}): Promise<LocalInstance> {
  const clerk = await startLocalInstance({ seed: 'frontend', now: NOW, ...options });
  await clerk.createSessionToken({ userId: ADA, orgId: 'org_acorn', role: 'org:admin' });
  await clerk.createSessionToken({ userId: ADA, orgId: 'org_birch', role: 'org:member' });
  await clerk.createSessionToken({ userId: 'user_bob' });
  const { state } = clerk;
  state.table('users').update(ADA, { first_name: 'Ada', last_name: 'Lovelace' });
  state.table('organizations').update('org_acorn', { name: 'Acorn Books', slug: 'acorn' });
  state.table('organizations').update('org_birch', { name: 'Birch & Co', slug: 'birch' });
  state.table('email_addresses').insert({ id: 'idn_ada', user_id: ADA, email_address: 'ada@example.com' });
  return clerk;
}

export function locationOf(response: Response): URL {
  return new URL(response.headers.get('location') ?? '', response.url);
}

/** The payload of a JWT, unverified: what a test looks at after something else has verified it. */
export function payloadOf(token: string): Record<string, unknown> {
  return decodeJwt(token);
}

/** The cookies that a handshake hands over, redeemed as the application's server does. */
export async function redeem(clerk: LocalInstance, location: URL): Promise<readonly string[]> {
  const nonce = location.searchParams.get('__clerk_handshake_nonce') ?? '';
  const answer = await fetch(`${clerk.apiUrl}/v1/clients/handshake_payload?nonce=${nonce}`, {
    headers: { authorization: `Bearer ${clerk.secretKey}` },
  });
  return ((await answer.json()) as { directives?: string[] }).directives ?? [];
}
