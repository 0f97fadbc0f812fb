/** An organization with an administrator and a member, and somebody outside of it; each signed in with a browser of their own. */
import type { LocalInstance, LocalInstanceOptions } from 'bailiff-local';
import { call } from '../support.js';
import { FrontEnd, type Reply } from './front-end.js';

/** Stands in every field that no page may see. */
export const CANARY = 'canary-7f3a';
const SECRET = { private_metadata: { canary: CANARY } };

export const SEED = {
  seed: 'organizations',
  users: [
    { id: 'user_ada', email_address: 'ada@acme.test', first_name: 'Ada', last_name: 'Lovelace', ...SECRET },
    { id: 'user_bob', email_address: 'bob@acme.test', first_name: 'Bob', ...SECRET },
    { id: 'user_eve', email_address: 'eve@evil.test', first_name: 'Eve', ...SECRET },
  ],
  organizations: [
    {
      id: 'org_acme',
      name: 'Acme',
      slug: 'acme',
      ...SECRET,
      members: [
        { user: 'user_ada', role: 'org:admin' },
        { user: 'user_bob', role: 'org:member' },
      ],
    },
  ],
};

export interface Scene {
  readonly clerk: LocalInstance;
  /** Administrator of Acme. */
  readonly ada: FrontEnd;
  /** Member of Acme. */
  readonly bob: FrontEnd;
  /** Of no organization. */
  readonly eve: FrontEnd;
}

export async function signIn(clerk: LocalInstance, userId: string): Promise<FrontEnd> {
  const page = new FrontEnd(clerk);
  const { json } = await call(clerk, 'POST', '/v1/sign_in_tokens', { user_id: userId });
  await page.post('/v1/client/sign_ins', { strategy: 'ticket', ticket: String(json['token']) });
  return page;
}

export async function openScene(
  start: (options?: LocalInstanceOptions) => Promise<LocalInstance>,
  options: LocalInstanceOptions = {},
): Promise<Scene> {
  const clerk = await start({ seed: SEED, ...options });
  const [ada, bob, eve] = [
    await signIn(clerk, 'user_ada'),
    await signIn(clerk, 'user_bob'),
    await signIn(clerk, 'user_eve'),
  ];
  return { clerk, ada, bob, eve };
}

/** The types of the events that the instance has told since. */
export function eventsOf({ clerk }: Scene): () => string[] {
  // Nobody listens there: what is to be told is kept all the same.
  clerk.webhooks.add('http://127.0.0.1:1/');
  return () => clerk.webhooks.deliveries.map(({ type }) => type);
}

/** What a page of a list holds. */
export const itemsOf = (reply: Reply): Record<string, unknown>[] => reply.response['data'] as Record<string, unknown>[];
