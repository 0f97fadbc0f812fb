/** Servers of a fleet in one process, whose every step waits for the test: what they read, ask, hear and write. */
import { setImmediate as turn } from 'node:timers/promises';
import { createAuthenticator, type Authenticator, type AuthenticatorOptions } from 'bailiff';
import type { Store } from '../../src/ports.js';

/** `read` and `write` are at the store, `send` and `hear` at Clerk. */
export type Step = 'read' | 'send' | 'hear' | 'write';

export interface Server {
  readonly authenticator: Authenticator;
  /** What comes of a request with this key: its status and scopes. */
  use(key: string): Promise<string>;
  /** From now on the server waits before each of these steps. */
  hold(...steps: readonly Step[]): void;
  /** Waits until the server has come to this step, and lets it go on, now and later. False if it is over before. */
  go(step: Step, over?: () => boolean): Promise<boolean>;
}

export function createServer(entries: Map<string, string>, options: AuthenticatorOptions): Server {
  const gates = new Map<Step, { open: () => void; opened: Promise<void>; reached: number }>();
  const pass = async (step: Step): Promise<void> => {
    const gate = gates.get(step);
    if (gate === undefined) return;
    gate.reached += 1;
    await gate.opened;
  };
  const store: Store = {
    async get(name) {
      await pass('read');
      return entries.get(name);
    },
    async set(name, value) {
      await pass('write');
      entries.set(name, value);
    },
    delete: async (name) => entries.delete(name),
  };
  const authenticator = createAuthenticator(
    {
      acceptsToken: 'api_key',
      async fetch(input, init) {
        await pass('send');
        const response = await fetch(input, init);
        await pass('hear');
        return response;
      },
      ...options,
      cache: { machineTokens: { negativeTtlMs: 0, store, ...options.cache?.machineTokens } },
    },
    {},
  );
  return {
    authenticator,
    async use(key) {
      const { status, auth } = await authenticator.authenticateRequest({
        method: 'GET',
        url: 'https://app.acornbooks.example/',
        header: (name) => (name === 'authorization' ? `Bearer ${key}` : null),
      });
      return status === 'signed-in' && 'scopes' in auth ? `${status} ${String(auth.scopes)}` : status;
    },
    hold(...steps) {
      for (const step of steps) {
        let open = (): void => undefined;
        const opened = new Promise<void>((resolve) => (open = resolve));
        gates.set(step, { open, opened, reached: 0 });
      }
    },
    async go(step, over = () => false) {
      const gate = gates.get(step);
      while (gate?.reached === 0 && !over()) await turn();
      gates.delete(step);
      gate?.open();
      // What was waiting goes on; the store itself needs no longer than this.
      await turn();
      return gate !== undefined && gate.reached > 0;
    },
  };
}

/** All orders of two lists that keep the order within each. */
export function interleave<T>(one: readonly T[], other: readonly T[]): T[][] {
  const [first, ...rest] = one;
  const [second, ...others] = other;
  if (first === undefined) return [[...other]];
  if (second === undefined) return [[...one]];
  return [
    ...interleave(rest, other).map((order) => [first, ...order]),
    ...interleave(one, others).map((order) => [second, ...order]),
  ];
}
