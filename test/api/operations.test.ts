import { createBackendApi, createBackendClient, type BackendApiOptions } from 'bailiff/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operations, type DocumentOperation } from './support/document.js';
import { judge } from './support/oracle.js';
import { startRecordingServer, type RecordingServer } from './support/recording-server.js';
import { sampleArguments, type Extent, type SampledArguments } from './support/sample.js';

const KEYS = { secret: 'sk_test_operations', machine: 'ak_operations' };
type Method = (...args: unknown[]) => Promise<unknown>;
type Mutate = (url: string, init: RequestInit) => [string, RequestInit];

let server: RecordingServer;
beforeAll(async () => {
  server = await startRecordingServer();
});
afterAll(() => server.close());

const options = (): BackendApiOptions => ({
  apiUrl: server.url,
  secretKey: KEYS.secret,
  machineSecretKey: KEYS.machine,
  retries: 0,
});

function methodOf(api: object, name: string): Method {
  const [resource, action] = name.split('.') as [string, string];
  return (api as Record<string, Record<string, Method>>)[resource]![action]!;
}

/** Calls the method; gives what the oracle finds wrong with the request that arrived. */
async function drive(method: Method, operation: DocumentOperation, sampled: SampledArguments): Promise<string[]> {
  server.requests.length = 0;
  const takesObject = operation.body !== null || operation.query.length > 0;
  await method(...sampled.ids, ...(takesObject ? [sampled.object] : []), { headers: { 'x-call': 'one' } });
  expect(server.requests).toHaveLength(1);
  expect(server.requests[0]!.headers['x-call']).toBe('one');
  return judge(server.requests[0]!, operation, sampled, KEYS);
}

describe('every operation of the document', () => {
  it('is in the client, and the client has no others', () => {
    const methods = Object.entries(createBackendApi(options())).flatMap(([resource, members]) =>
      Object.keys(members as object).map((action) => `${resource}.${action}`),
    );
    expect(operations).toHaveLength(239);
    expect(methods.sort()).toEqual(operations.map(({ name }) => name).sort());
  });

  for (const extent of ['full', 'required'] satisfies Extent[])
    it.each(operations.map((operation) => [operation.name, operation] as const))(
      `%s sends what the document says (${extent})`,
      async (name, operation) => {
        const sampled = sampleArguments(operation, extent);
        expect(await drive(methodOf(createBackendApi(options()), name), operation, sampled)).toEqual([]);
      },
    );

  it('is the same through the modules of single resources', async () => {
    const client = createBackendClient(options());
    for (const operation of operations) {
      const [resource, action] = operation.name.split('.') as [string, string];
      const file = resource.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
      const module = (await import(`../../src/api/generated/${file}.ts`)) as Record<string, Method>;
      const method: Method = (...args) => module[action]!(client, ...args);
      expect(await drive(method, operation, sampleArguments(operation, 'full')), operation.name).toEqual([]);
    }
  });
});

/** Bugs that a client could have. Each gives null where it cannot occur. */
const BUGS: Readonly<Record<string, (operation: DocumentOperation, sampled: SampledArguments) => Mutate | null>> = {
  'wrong method': () => (url, init) => [
    url,
    init.method === 'POST' ? { ...init, method: 'PUT' } : { ...init, method: 'POST', body: null },
  ],
  'suffix on the path': () => (url, init) => [url.replace(/(\?|$)/, 'x$1'), init],
  'another version': (operation) => (url, init) => [
    /^\/(api_keys|m2m|oauth_applications\/access)/.test(operation.path)
      ? url.replace(/(:\d+)/, '$1/v1')
      : url.replace('/v1/', '/'),
    init,
  ],
  'renamed query': ({ query }) => (query.length > 0 ? (url, init) => [url.replace(/[?&]\w/, '$&_'), init] : null),
  'wrong type in the query': ({ query }) => {
    const numeric = query.find(({ schema }) => schema.type === 'integer' || schema.type === 'boolean');
    return numeric ? (url, init) => [url.replace(new RegExp(`(${numeric.name})=\\w+`), '$1=maybe'), init] : null;
  },
  'lost query': ({ query }) => (query.length > 0 ? (url, init) => [url.replace(/[?&]\w+=[^&]*$/, ''), init] : null),
  'lost body': ({ body }) => (body ? (url, init) => [url, { ...init, body: null }] : null),
  'unknown field': (operation) => changeBody(operation, (member) => ({ ...member, bailiff_unknown: 1 })),
  'wrong type in the body': (operation) =>
    changeBody(operation, (member) => ({ ...member, [Object.keys(member)[0]!]: { not: ['this'] } })),
  'missing field': (operation) =>
    changeBody(operation, (member) => Object.fromEntries(Object.entries(member).slice(1))),
  'swapped ids': ({ pathParameters }, { ids }) =>
    pathParameters.length > 1
      ? (url, init) => {
          const [first, second] = ids.map(encodeURIComponent) as [string, string];
          return [url.replace(first, '\0').replace(second, first).replace('\0', second), init];
        }
      : null,
  'no key': ({ anonymous }) => (anonymous ? null : (url, init) => [url, withHeader(init, 'Authorization', '')]),
  'a key where none belongs': ({ anonymous }) =>
    anonymous ? (url, init) => [url, withHeader(init, 'Authorization', 'Bearer x')] : null,
  'the other key': ({ path, anonymous }) =>
    anonymous
      ? null
      : (url, init) => [
          url,
          withHeader(init, 'Authorization', `Bearer ${path.startsWith('/m2m') ? KEYS.secret : KEYS.machine}`),
        ],
  'no API version': () => (url, init) => [url, withHeader(init, 'Clerk-API-Version', '')],
};

function withHeader(init: RequestInit, name: string, value: string): RequestInit {
  const headers = new Headers(init.headers);
  if (value) headers.set(name, value);
  else headers.delete(name);
  return { ...init, headers };
}

function changeBody({ body }: DocumentOperation, change: (member: object) => object): Mutate | null {
  if (!body || body.contentType !== 'application/json') return null;
  return (url, init) => {
    const value = JSON.parse(init.body as string) as object | object[];
    return [url, { ...init, body: JSON.stringify(Array.isArray(value) ? value.map(change) : change(value)) }];
  };
}

describe('deliberate bugs in any operation are detected', () => {
  it.each(Object.keys(BUGS))('%s', async (bug) => {
    const missed: string[] = [];
    let made = 0;
    for (const operation of operations) {
      const sampled = sampleArguments(operation, 'full');
      const mutate = BUGS[bug]!(operation, sampled);
      if (!mutate) continue;
      made += 1;
      const api = createBackendApi({ ...options(), fetch: (url, init = {}) => fetch(...mutate(url, init)) });
      if ((await drive(methodOf(api, operation.name), operation, sampled)).length === 0) missed.push(operation.name);
    }
    expect(missed).toEqual([]);
    expect(made).toBeGreaterThan(0);
  });
});
