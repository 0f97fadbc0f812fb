/** Two people of an instance, one of them with secrets that no page may ever see, and pages on which they are signed in. */
import type { LocalInstance, LocalInstanceOptions } from 'bailiff-local';
import { signedInBy, type FrontEnd } from './front-end.js';

export const PEOPLE = {
  now: 1_800_000_000_000,
  seed: {
    seed: 'people',
    users: [
      {
        id: 'user_ada',
        email_address: 'ada@example.com',
        password: 'correct horse',
        first_name: 'Ada',
        private_metadata: { canary: 'private-canary' },
        public_metadata: { plan: 'pro' },
        unsafe_metadata: { theme: 'dark', nested: { a: 1 } },
      },
      { id: 'user_bob', email_address: 'bob@example.com', phone_number: '+15557654321', password: 'battery staple' },
    ],
    instance: {
      user_settings: {
        attributes: {
          phone_number: { enabled: true },
          username: { enabled: true },
          password: { required: false },
          web3_wallet: { enabled: true },
        },
        social: { oauth_google: {}, oauth_github: {} },
      },
    },
  },
} as const satisfies LocalInstanceOptions;

const PASSWORDS: Readonly<Record<string, string>> = { ada: 'correct horse', bob: 'battery staple' };

/** A browser in which one of them is signed in. */
export const pageOf = (clerk: LocalInstance, name: string, userAgent?: string): Promise<FrontEnd> =>
  signedInBy(clerk, `${name}@example.com`, {
    password: PASSWORDS[name] ?? '',
    headers: userAgent === undefined ? {} : { 'user-agent': userAgent },
  });

/** Types of the events that webhooks were told of, oldest first. */
export function eventsOf(clerk: LocalInstance): () => readonly string[] {
  // Nobody listens there; what would be sent is on record all the same.
  clerk.webhooks.add('http://127.0.0.1:9/hooks');
  let seen = clerk.webhooks.deliveries.length;
  return () => {
    const fresh = clerk.webhooks.deliveries.slice(seen).map(({ type }) => type);
    seen = clerk.webhooks.deliveries.length;
    return fresh;
  };
}
