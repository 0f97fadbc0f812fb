import { readdirSync, readFileSync } from 'node:fs';
import { startLocalInstance, type LocalInstance } from 'bailiff-local';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApiError } from '../../../packages/local/src/model/records/api-error.js';
import type { ErrorCode } from '../../../packages/local/src/model/records/api-error.js';
import { FRONTEND_REFUSALS } from '../../../packages/local/src/model/records/frontend-refusals.js';
import { REFUSALS } from '../../../packages/local/src/model/records/refusal-table.js';
import type { ManagedState } from '../../../packages/local/src/state/create-instance-state.js';
import { seedAll, type Fixture } from '../backend-api/support.js';
import { ADDITIONS } from './provocations/additions.js';
import { HANDSHAKES } from './provocations/handshakes.js';
import { BILLING, INSTANCE } from './provocations/instance.js';
import { ORGANIZATIONS } from './provocations/organizations.js';
import { INVITATIONS, USERS } from './provocations/people.js';
import { REQUESTS } from './provocations/requests.js';
import { ROLES } from './provocations/roles.js';
import type { Call } from './provocations/scene.js';
import { REFRESHES, SESSIONS } from './provocations/sessions.js';

const PROVOCATIONS = [
  ADDITIONS,
  REQUESTS,
  USERS,
  INVITATIONS,
  SESSIONS,
  HANDSHAKES,
  REFRESHES,
  ORGANIZATIONS,
  ROLES,
  INSTANCE,
  BILLING,
].flat();

/** Codes and statuses of Clerk's public catalogue, and which API answers with them. */
const catalogue = readFileSync(new URL('catalogue.csv', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [code = '', status = '', backend = '', frontend = ''] = line.split(',');
    return { pair: `${code} ${status}`, answered: backend !== '' || frontend !== '' };
  });

/** The pairs that the documentation names as not in the catalogue, each with a reason. */
const documented = readFileSync(new URL('../../../docs/local.md', import.meta.url), 'utf8');
const exceptions = [...documented.matchAll(/^\| `(\w+)`, (\d{3}) +\| (.+?) +\|$/gm)].map(
  ([, code = '', status = '', reason = '']) => ({ pair: `${code} ${status}`, reason }),
);

/** What the tables can be asked for: codes with their status, and with the second one where they have two. */
const pairs = Object.keys({ ...REFUSALS, ...FRONTEND_REFUSALS }).flatMap((code) => {
  const both = [false, true].map((second) => new ApiError(code as ErrorCode, { second }).status);
  return [...new Set(both)].map((status) => `${code} ${status}`);
});

describe('the table of refusals', () => {
  it.each(pairs)('%s is Clerk\u2019s, or documented as an exception', (pair) => {
    const known = catalogue.find((row) => row.pair === pair);
    const exception = exceptions.find((row) => row.pair === pair);
    expect(known?.answered === true, pair).toBe(exception === undefined);
  });

  it('gives a reason for every documented exception', () => {
    expect(exceptions.length).toBeGreaterThan(0);
    for (const { pair, reason } of exceptions) {
      expect(pairs).toContain(pair);
      expect(reason).toMatch(/\w \w/);
    }
  });

  it('is at least as large as the documentation says', () => {
    const counted = /refusals: (\d+) pairs .*?(\d+) distinct pairs.*?\n.*?HTTP: (\d+) requests/.exec(documented) ?? [];
    const [, ofTable, ofCatalogue, requests] = counted.map(Number);
    expect(ofTable).toBeLessThanOrEqual(pairs.length);
    expect(ofCatalogue).toBe(catalogue.length);
    expect(requests).toBeLessThanOrEqual(PROVOCATIONS.length);
  });

  /** Codes that only other ways in reach, and where a test provokes them. */
  const ELSEWHERE: Readonly<Record<string, string>> = {
    agent_task_already_used: '../frontend-api/agent-tasks.test.ts',
    agent_task_cannot_be_revoked: '../frontend-api/agent-tasks.test.ts',
    agent_task_cannot_be_used: '../frontend-api/agent-tasks.test.ts',
    agent_task_not_found: '../frontend-api/agent-tasks.test.ts',
    agent_task_revoked: '../frontend-api/agent-tasks.test.ts',
    agent_task_subject_not_found: '../frontend-api/agent-tasks.test.ts',
    internal_clerk_error: '../snapshots.test.ts',
    oauth_application_consent_screen_cannot_be_disabled: '../frontend-api/oauth.test.ts',
    organization_invitation_already_accepted: './accepting.test.ts',
    organization_invitation_revoked_code: './accepting.test.ts',
    request_invalid_for_environment: './refusals.test.ts',
    revoked_invitation: './accepting.test.ts',
    ticket_expired_code: './accepting.test.ts',
  };

  it('has no code without a test', () => {
    const provoked = new Set<string>(PROVOCATIONS.map(([, , code]) => code));
    // Nobody can ask for an operation that the instance lacks: the table of handlers is complete.
    provoked.add('not_implemented');
    for (const [code, file] of Object.entries(ELSEWHERE))
      if (readFileSync(new URL(file, import.meta.url), 'utf8').includes(`'${code}'`)) provoked.add(code);
    expect(Object.keys(REFUSALS).filter((code) => !provoked.has(code))).toEqual([]);
  });

  it('has no code of the Frontend API without a test that names it', () => {
    const folders = ['../frontend-api/', '../../front-end/', './'].map((folder) => new URL(folder, import.meta.url));
    const texts = folders.flatMap((folder) =>
      readdirSync(folder)
        .filter((file) => file.endsWith('.test.ts'))
        .map((file) => readFileSync(new URL(file, folder), 'utf8')),
    );
    const isNamed = (code: string) => texts.some((text) => text.includes(`'${code}'`));
    expect(Object.keys(FRONTEND_REFUSALS).filter((code) => !isNamed(code))).toEqual([]);
  });
});

describe('over HTTP', () => {
  let clerk: LocalInstance;
  let ids: Fixture;
  let seeded: string;
  beforeAll(async () => {
    clerk = await startLocalInstance();
    ids = seedAll(clerk.state as ManagedState);
    seeded = JSON.stringify(clerk.export());
  });
  beforeEach(() => {
    clerk.import(JSON.parse(seeded) as Parameters<LocalInstance['import']>[0]);
  });
  afterAll(() => clerk.close());

  const call: Call = async (method, path, body, headers = {}) => {
    const raw = body instanceof FormData || body instanceof Uint8Array;
    const sent = {
      authorization: `Bearer ${clerk.secretKey}`,
      ...(body instanceof FormData ? {} : { 'content-type': 'application/json' }),
      ...headers,
    };
    const response = await fetch(`${clerk.apiUrl}/v1${path}`, {
      method,
      headers: Object.entries(sent).filter((entry): entry is [string, string] => entry[1] !== undefined),
      ...(body === undefined ? {} : { body: (raw ? body : JSON.stringify(body)) as NonNullable<RequestInit['body']> }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? {} : JSON.parse(text) };
  };

  it.each(PROVOCATIONS)('%s: %i %s', async (_what, status, code, refused) => {
    const answer = await refused({ call, ids, clerk });
    const [error] = answer.body.errors ?? [];
    expect([answer.status, error?.code], JSON.stringify(answer.body)).toEqual([status, code]);
  });

  it('sessions are not created on production instances: 400 request_invalid_for_environment', async () => {
    const live = await startLocalInstance({ instanceType: 'production' });
    const response = await fetch(`${live.apiUrl}/v1/sessions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${live.secretKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ user_id: 'user_1' }),
    });
    const { errors } = (await response.json()) as { errors: { code: string }[] };
    expect([response.status, errors[0]?.code]).toEqual([400, 'request_invalid_for_environment']);
    await live.close();
  });
});
