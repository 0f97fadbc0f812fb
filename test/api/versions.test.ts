/** A client asks for one dated version of the API, and its types are those of that version. */
import { createBackendApi, createBackendClient, type BackendApi, type NextBackendApi } from 'bailiff/api';
import * as users from 'bailiff/api/users';
import { startLocalInstance } from 'bailiff-local';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { API_VERSION_DATE } from '../../src/ground/api-version.js';
import { useRecordingServer } from './support/recording-server.js';

const NEXT = '2026-05-12';
const server = useRecordingServer();
const options = () => ({ secretKey: 'sk_test_versions', apiUrl: server.url });
const asked = () => server.requests.map(({ headers }) => headers['clerk-api-version']);

describe('the version of a client', () => {
  it('is that of the handshake unless another one is chosen', async () => {
    await createBackendApi(options(), {}).users.get('user_1');
    await createBackendApi({ ...options(), clerkApiVersion: null }, {}).users.get('user_1');
    expect(asked()).toEqual([API_VERSION_DATE, API_VERSION_DATE]);
  });

  it('is sent by each way of calling', async () => {
    const chosen = { ...options(), clerkApiVersion: NEXT } as const;
    const api = createBackendApi(chosen, {});
    await api.users.get('user_1');
    await api.request({ method: 'GET', path: '/robots' });
    await users.get(createBackendClient(chosen, {}), 'user_1');
    expect(asked()).toEqual([NEXT, NEXT, NEXT]);
  });

  it('must be one that the client knows', () => {
    const create = (clerkApiVersion: string) => () =>
      createBackendApi({ ...options(), clerkApiVersion: clerkApiVersion as typeof NEXT }, {});
    expect(create('2031-01-01')).toThrow(`Use ${API_VERSION_DATE} or ${NEXT}`);
    expect(create('2026-05-12\r\nx: y')).toThrow('clerkApiVersion');
  });
});

it('changes metadata through its own operations only if it is the next one, in types and at the instance', async () => {
  const clerk = await startLocalInstance();
  const connection = { secretKey: clerk.secretKey, apiUrl: clerk.apiUrl };
  const now = createBackendApi(connection, {});
  const next = createBackendApi({ ...connection, clerkApiVersion: NEXT }, {});
  expectTypeOf(now).toEqualTypeOf<BackendApi>();
  expectTypeOf(next).toEqualTypeOf<NextBackendApi>();

  const { id } = await next.users.create({ email_address: ['ada@example.com'], public_metadata: { plan: 'free' } });
  expect((await now.users.update(id, { public_metadata: { plan: 'pro' } })).public_metadata).toEqual({ plan: 'pro' });
  // @ts-expect-error -- the next version does not take it
  await expect(next.users.update(id, { public_metadata: {} })).rejects.toMatchObject({ status: 422 });
  // @ts-expect-error -- nor for organizations
  void ((organization: string) => next.organizations.update(organization, { private_metadata: {} }));
  expect((await next.users.update(id, { first_name: 'Ada' })).first_name).toBe('Ada');
  expect((await next.users.replaceMetadata(id, { public_metadata: { seats: 3 } })).public_metadata).toEqual({
    seats: 3,
  });
  await clerk.close();
});
