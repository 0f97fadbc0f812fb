/** What a failed call needs is loaded with the first failure: a load that fails rejects the call, and is tried again. */
import { createBackendApi } from 'bailiff/api';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { useRecordingServer } from './support/recording-server.js';

const state = vi.hoisted(() => ({ isBroken: false }));
vi.mock('../../src/api/failures.js', async (original) => {
  const actual = await original<object>();
  return new Proxy(actual, {
    get(target, key): unknown {
      if (state.isBroken && key !== 'then') throw new Error('Cannot load failures');
      return Reflect.get(target, key);
    },
  });
});
afterEach(() => void (state.isBroken = false));

const server = useRecordingServer();
const create = () => createBackendApi({ apiUrl: server.url, secretKey: 'sk_test_canary_7f3a', retries: 0 }, {});

describe('without what a failed call needs', () => {
  it.each([
    ['refused', () => server.answer({ status: 404, body: { errors: [] } }), 'user_1'],
    ['not sent', () => undefined, ''],
  ])('rejects a call that is %s, and tells why as soon as it can', async (_, prepare, id) => {
    state.isBroken = true;
    prepare();
    await expect(create().users.get(id)).rejects.toThrow('Cannot load failures');
    state.isBroken = false;
    prepare();
    await expect(create().users.get(id)).rejects.toMatchObject(
      id === '' ? { name: 'InvalidArgumentError' } : { name: 'BackendApiError', status: 404 },
    );
  });

  it('answers calls that go well', async () => {
    state.isBroken = true;
    server.answer({ body: { id: 'user_1' } });
    await expect(create().users.get('user_1')).resolves.toMatchObject({ id: 'user_1' });
  });
});
