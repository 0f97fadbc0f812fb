/** Requests of all kinds, each with the answers that are right at the moment it is made. */
import { Agent, request } from 'node:http';
import type { createRandom } from '../fuzz/mutate.js';
import type { Browser, Credentials } from './credentials.js';
import type { Answer, Credential, Oracle } from './oracle.js';
import { bearer } from '../support/requests.js';

export interface Probe {
  readonly name: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly expected: readonly (Answer | 'handshake')[];
}

const ROUTES = { session_token: '/user', api_key: '/key', m2m_token: '/m2m', oauth_token: '/oauth' } as const;
const ANSWERS: Readonly<Record<number, Answer | 'handshake'>> = {
  200: 'in',
  307: 'handshake',
  401: 'out',
  503: 'unavailable',
};

function withCredential(credential: Credential, oracle: Oracle, target: string = ROUTES[credential.kind]): Probe {
  const form = credential.jwt === null ? 'opaque' : 'jwt';
  const age = credential.revokedAt === null ? '' : ', revoked';
  return {
    name: `${credential.kind} (${form}${age}) at ${target}`,
    target,
    headers: bearer(credential.token),
    expected: oracle.expected(credential),
  };
}

export function createProbes(credentials: Credentials, oracle: Oracle) {
  /** Everything that must work when nothing is wrong: one probe for each thing that Clerk is asked. */
  function essentials(): Probe[] {
    const latest = new Map(credentials.all.map((one) => [`${one.kind} ${String(one.jwt === null)}`, one]));
    const browser = credentials.browsers.at(-1);
    return [
      ...[...latest.values()].map((credential) => withCredential(credential, oracle)),
      ...(browser === undefined ? [] : [renewal(browser)]),
    ];
  }

  /** A browser fetches something; when its session token has expired, the server renews it. */
  function renewal({ cookies, jwt, revokedAt }: Browser): Probe {
    return {
      name: `browser${revokedAt === null ? '' : ', session ended'}`,
      target: '/user',
      headers: { cookie: cookieHeader(cookies), 'sec-fetch-dest': 'empty' },
      expected: oracle.expectedOfBrowser(jwt, revokedAt),
    };
  }

  function unknownKey(random: ReturnType<typeof createRandom>): Probe {
    return {
      name: 'unknown key id',
      target: '/user',
      headers: bearer(credentials.forged().replace(/^[^.]+/, headerWith(`ins_${random(1e6)}`))),
      expected: oracle.expectedOfUnknownKey(),
    };
  }

  const KINDS: readonly ((random: ReturnType<typeof createRandom>) => Probe | null)[] = [
    ...Array.from({ length: 6 }, () => (random: ReturnType<typeof createRandom>) => {
      const one = credentials.all[random(Math.max(1, credentials.all.length))];
      return one === undefined ? null : withCredential(one, oracle, random(4) === 0 ? '/any' : undefined);
    }),
    (random) => {
      const one = credentials.all[random(Math.max(1, credentials.all.length))];
      const other = Object.values(ROUTES)[random(4)] ?? '/user';
      if (one === undefined || ROUTES[one.kind] === other) return null;
      return {
        ...withCredential(one, oracle, other),
        name: `${one.kind} at ${other}`,
        expected: oracle.expectedOfForgery(),
      };
    },
    () => ({
      name: 'forged session',
      target: '/user',
      headers: bearer(credentials.forged()),
      expected: oracle.expectedOfWrongKey(),
    }),
    unknownKey,
    (random) => {
      const prefix = ['ak_', 'mt_', 'oat_'][random(3)] ?? 'ak_';
      return {
        name: `unknown ${prefix}`,
        target: '/any',
        headers: bearer(`${prefix}${'0'.repeat(24)}${random(30)}`),
        expected: oracle.expectedOfForgery(),
      };
    },
    (random) => ({ name: 'garbage', target: '/any', headers: bearer('x'.repeat(1 + random(200))), expected: ['out'] }),
    () => ({ name: 'nobody', target: '/user', headers: {}, expected: ['out'] }),
    (random) => {
      const browser = credentials.browsers[random(Math.max(1, credentials.browsers.length))];
      return browser === undefined ? null : renewal(browser);
    },
    (random) => {
      const browser = credentials.browsers[random(Math.max(1, credentials.browsers.length))];
      if (browser === undefined) return null;
      // A page is not refused where a redirect to the Frontend API can help.
      const { expected } = renewal(browser);
      return {
        name: 'page',
        target: '/user',
        headers: { cookie: cookieHeader(browser.cookies), 'sec-fetch-dest': 'document', accept: 'text/html' },
        expected:
          oracle.disturbed || expected.length > 1 || expected.includes('out') ? [...expected, 'handshake'] : expected,
      };
    },
  ];

  return {
    essentials,
    unknownKey,
    next(random: ReturnType<typeof createRandom>): Probe {
      for (;;) {
        const probe = KINDS[random(KINDS.length)]?.(random) ?? null;
        if (probe !== null) return probe;
      }
    },
  };
}

const cookieHeader = (cookies: Readonly<Record<string, string>>) =>
  Object.entries(cookies)
    .map(([name, value]) => `${name}=${value}`)
    .join('; ');

const headerWith = (kid: string) =>
  Buffer.from(JSON.stringify({ alg: 'RS256', kid, typ: 'JWT', cat: 'cl_B7d4PD111AAA' })).toString('base64url');

/** Sends over connections that stay open. Gives null when the answer is right, else what is wrong with it. */
export function createSender() {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const counts: Record<string, number> = {};

  function send(
    port: number,
    { target, headers }: Probe,
  ): Promise<{ status: number; headers: Record<string, unknown> }> {
    return new Promise((resolve, reject) => {
      const attempt = (again: boolean): void => {
        const sent = request({ agent, host: '127.0.0.1', port, path: target, headers }, (response) => {
          response.resume();
          response.on('error', reject);
          response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers }));
        });
        // A server may close an idle connection in the very moment in which it is used again.
        sent.on('error', (error) => (again && sent.reusedSocket ? attempt(false) : reject(error)));
        sent.end();
      };
      attempt(true);
    });
  }

  async function check(port: number, probe: Probe): Promise<string | null> {
    const { status, headers } = await send(port, probe);
    const answer = ANSWERS[status];
    const line = `${probe.name}: ${answer ?? status}`;
    counts[line] = (counts[line] ?? 0) + 1;
    if (answer === undefined || !probe.expected.includes(answer))
      return `${probe.name} was ${answer ?? status} (${String(headers['x-clerk-auth-reason'])}), right was ${probe.expected.join(' or ')}`;
    if (answer === 'unavailable' && !(Number(headers['retry-after']) >= 1))
      return `${probe.name}: 503 without Retry-After`;
    return null;
  }

  /** Idle connections are closed; the next requests open new ones. */
  return { check, counts, hangUp: () => agent.destroy() };
}
