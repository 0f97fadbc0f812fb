/** `npm run example:webhooks-sqlite`: what happens in the offline instance appears in a database. */
import { getRequestListener } from '@hono/node-server';
import { createBackendApi } from 'bailiff/api';
import { printTries, serve, startClerk } from '../common/example.js';
import { createApp } from './app.js';
import { openStore } from './store.js';

const clerk = await startClerk();
const store = openStore(process.env['DATABASE'] ?? ':memory:');
const url = await serve(getRequestListener(createApp(store).fetch));
console.log(`Webhooks arrive at      ${url}/webhooks/clerk`);

if (clerk !== null) {
  clerk.webhooks.add(`${url}/webhooks/clerk`, { events: ['user.*'] });
  const api = createBackendApi();
  const show = async (what: string) => {
    await clerk.webhooks.settled();
    console.log(`\n${what}`);
    console.table(store.users());
  };

  const ada = await api.users.create({ first_name: 'Ada', email_address: ['ada@example.com'] });
  await api.users.create({ first_name: 'Bob', email_address: ['bob@example.com'] });
  await show('Two users were created in Clerk:');
  await api.users.update(ada.id, { last_name: 'Lovelace' });
  await show('Ada got a last name:');
  await api.users.delete(ada.id);
  await show('Ada was deleted:');
  await clerk.webhooks.replay(clerk.webhooks.deliveries[0]?.messageId ?? '');
  await show('The first delivery came again, and changed nothing:');
  printTries([
    { what: 'Anybody can send, but not sign', method: 'POST', url: `${url}/webhooks/clerk`, json: {}, status: 400 },
  ]);
}
