/** A browser as far as redirects and cookies go: a cookie jar by host (cookies know no ports), and page loads. */

interface Cookie {
  readonly value: string;
  /** Milliseconds since the epoch; null: until the browser closes. */
  readonly expires: number | null;
}

export type Answer = (request: Request) => Promise<Response>;

export interface Page {
  readonly url: string;
  readonly status: number;
  readonly body: unknown;
  /** Every address that was loaded, redirects included. */
  readonly visited: readonly URL[];
}

export interface BrowserOptions {
  /** Who answers for an origin; everything else is fetched over the network. */
  readonly sites: Readonly<Record<string, Answer>>;
  readonly now: () => number;
  /** Hosts whose cookies the browser refuses. */
  readonly blocked?: readonly string[];
}

/** More than any honest chain: whoever gets here is in a loop. */
const MAX_REDIRECTS = 30;

export class Browser {
  readonly #jars = new Map<string, Map<string, Cookie>>();

  constructor(private readonly options: BrowserOptions) {}

  /** Loads a page, redirects included. */
  async open(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Page> {
    return this.#load(new URL(url), { method: 'GET', headers });
  }

  /** Sends a form, and follows where it leads. */
  async submit(url: string, fields: Readonly<Record<string, string>>): Promise<Page> {
    const origin = new URL(url).origin;
    return this.#load(new URL(url), {
      method: 'POST',
      headers: { origin, 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields).toString(),
    });
  }

  /** What a script of the page fetches. */
  async fetch(url: string): Promise<Page> {
    return this.#load(new URL(url), { method: 'GET', headers: { 'sec-fetch-dest': 'empty', accept: '*/*' } });
  }

  cookies(host: string): Readonly<Record<string, string>> {
    return Object.fromEntries([...this.#live(host)].map(([name, { value }]) => [name, value]));
  }

  setCookie(host: string, name: string, value: string): void {
    this.#jar(host).set(name, { value, expires: null });
  }

  /** Loses the cookies whose names begin so. */
  loseCookies(host: string, prefix: string): void {
    for (const name of [...this.#jar(host).keys()]) if (name.startsWith(prefix)) this.#jar(host).delete(name);
  }

  async #load(
    start: URL,
    first: { method: string; headers: Readonly<Record<string, string>>; body?: string },
  ): Promise<Page> {
    const visited: URL[] = [];
    let url = start;
    let init = first;
    for (let step = 0; step <= MAX_REDIRECTS; step += 1) {
      visited.push(url);
      const response = await this.#request(url, init);
      this.#keep(url.hostname, response.headers.getSetCookie());
      const location = response.headers.get('location');
      if (response.status < 300 || response.status >= 400 || location === null) {
        const text = await response.text();
        return { url: url.href, status: response.status, body: parse(text), visited };
      }
      url = new URL(location, url);
      // RFC 9110, section 15.4: 303 turns into a GET; here only forms are posted, and they are answered so.
      init = { method: 'GET', headers: first.method === 'POST' ? {} : first.headers };
    }
    throw new Error(`More than ${MAX_REDIRECTS} redirects:\n${visited.slice(-6).join('\n')}`);
  }

  #request(
    url: URL,
    { method, headers, body }: { method: string; headers: Readonly<Record<string, string>>; body?: string },
  ) {
    const jar = [...this.#live(url.hostname)].map(([name, { value }]) => `${name}=${value}`).join('; ');
    const request = new Request(url, {
      method,
      redirect: 'manual',
      headers: {
        accept: 'text/html,application/xhtml+xml',
        'sec-fetch-dest': 'document',
        ...headers,
        ...(jar === '' ? {} : { cookie: jar }),
      },
      ...(body === undefined ? {} : { body }),
    });
    return (this.options.sites[url.origin] ?? fetch)(request);
  }

  #keep(host: string, directives: readonly string[]): void {
    if (this.options.blocked?.includes(host) === true) return;
    for (const directive of directives) {
      const [pair = '', ...attributes] = directive.split(';').map((part) => part.trim());
      const equals = pair.indexOf('=');
      const age = attributes.find((attribute) => /^max-age=/i.test(attribute))?.slice(8);
      const expires = age === undefined ? null : this.options.now() + Number(age) * 1000;
      this.#jar(host).set(pair.slice(0, equals), { value: pair.slice(equals + 1), expires });
    }
  }

  #live(host: string): Map<string, Cookie> {
    const jar = this.#jar(host);
    for (const [name, { expires }] of jar) if (expires !== null && expires <= this.options.now()) jar.delete(name);
    return jar;
  }

  #jar(host: string): Map<string, Cookie> {
    const jar = this.#jars.get(host) ?? new Map<string, Cookie>();
    this.#jars.set(host, jar);
    return jar;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
