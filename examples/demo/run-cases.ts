/** Sends the cases over HTTP and compares. */
import { CASES, type Case } from './cases.js';
import type { Credentials } from './credentials.js';

export interface DemoApp {
  readonly name: string;
  readonly url: string;
}
export interface Result {
  readonly case: Case;
  readonly credential: string;
  /** What each site answered, in the order of the sites. */
  readonly answered: readonly string[];
  readonly asExpected: boolean;
}

export async function runCases(sites: readonly DemoApp[], credentials: Credentials): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const one of CASES) {
    const credential = credentials[one.as];
    const answered = await Promise.all(sites.map((site) => send(site, one, credential.headers)));
    const asExpected = answered.every((answer) => answer === one.expected);
    results.push({ case: one, credential: credential.name, answered, asExpected });
  }
  return results;
}

async function send(site: DemoApp, { request }: Case, headers: Readonly<Record<string, string>>): Promise<string> {
  const [method = '', path = ''] = request.split(' ');
  const response = await fetch(site.url + path, { method, headers, redirect: 'manual' });
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  const body = isJson ? ((await response.json()) as { errors?: readonly { code: string }[] }) : undefined;
  const code = body?.errors?.[0]?.code;
  if (code !== undefined) return `${response.status} ${shorten(code)}`;
  return response.headers.has('location') ? `${response.status} to the instance` : String(response.status);
}

/** Clerk's codes go on to say why the session was not refreshed: more than a table has room for. */
function shorten(code: string): string {
  return code.startsWith('session-token-expired') ? 'session-token-expired' : code;
}
