/** One server of a fleet, in a process of its own: does what its parent says over the process channel. */
import { createKeyv, type default as KeyvRedis } from '@keyv/redis';
import { createAuthenticator } from 'bailiff';

const { REDIS_URL = '', API_URL = '', SECRET_KEY = '' } = process.env;
const store = createKeyv({ url: REDIS_URL, socket: { reconnectStrategy: 20 }, disableOfflineQueue: true });
store.on('error', () => undefined);

/** What is to be written while the parent holds it back. */
let held: (() => Promise<unknown>)[] | null = null;
const slow = {
  get: (name: string): Promise<unknown> => store.get(name),
  set: async (name: string, value: string, ttlMs?: number): Promise<unknown> => {
    const write = () => store.set(name, value, ttlMs);
    if (held === null) return write();
    held.push(write);
    return true;
  },
  delete: (name: string) => store.delete(name),
};

const authenticator = createAuthenticator({
  secretKey: SECRET_KEY,
  publishableKey: 'pk_test_YnJhdmUtb3R0ZXItNy5jbGVyay5hY2NvdW50cy5kZXYk',
  apiUrl: API_URL,
  acceptsToken: 'any',
  cache: { machineTokens: { ttlMs: 600_000, store: slow } },
});

/** `hold` keeps back what is written to the store and says how much that is; `release` writes it. */
export type Order = { readonly do: 'use' | 'invalidate' | 'hold' | 'release'; readonly token: string };

process.on('message', (order: Order & { id: number }) => {
  void obey(order).then((answer) => process.send?.({ id: order.id, answer }));
});
// Ready means connected: what is put into a store that is not there yet is lost, and a test would wait for it in vain.
await (store.store as KeyvRedis<unknown>).getClient();
process.send?.({ ready: true });

async function obey(order: Order): Promise<unknown> {
  if (order.do === 'invalidate') {
    return authenticator.invalidate(order.token).then(
      () => 'done',
      () => 'failed',
    );
  }
  if (order.do === 'hold') {
    held ??= [];
    return held.length;
  }
  if (order.do === 'release') {
    const writes = held ?? [];
    held = null;
    for (const write of writes) await write();
    return 'done';
  }
  const started = performance.now();
  const state = await authenticator.authenticateRequest({
    method: 'GET',
    url: 'https://app.acornbooks.example/',
    header: (name) => (name === 'authorization' ? `Bearer ${order.token}` : null),
  });
  return {
    status: state.status,
    subject: 'subject' in state.auth ? state.auth.subject : null,
    ms: performance.now() - started,
  };
}
