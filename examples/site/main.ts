/** `npm run example:site`, then open the address in a browser. */
import { getRequestListener } from '@hono/node-server';
import { printTries, serve, startClerk } from '../common/example.js';
import { createSite } from './app.js';

const clerk = await startClerk({
  seed: {
    users: [
      { id: 'user_ada', first_name: 'Ada', last_name: 'Lovelace', email_address: 'ada@example.com' },
      { id: 'user_bob', first_name: 'Bob', last_name: 'Noyce', email_address: 'bob@example.com' },
    ],
  },
});
const site = createSite({ accountsUrl: clerk?.frontendApiUrl ?? null });
const url = await serve(getRequestListener(site.fetch));
console.log(`Open in a browser       ${url}`);

if (clerk !== null) {
  const { cookieHeader } = await clerk.signIn('user_ada');
  const form = { method: 'POST', url: `${url}/favourites` };
  const page = { accept: 'text/html', 'sec-fetch-dest': 'document' };
  printTries([
    { what: 'The account page sends a browser off to sign in', url: `${url}/account`, headers: page, status: 307 },
    {
      what: 'With the cookies of a signed-in browser',
      url: `${url}/account`,
      headers: { cookie: cookieHeader },
      status: 200,
    },
    { what: 'A form needs a user, too', ...form, headers: { origin: url }, status: 401 },
    {
      what: 'And must be ours',
      ...form,
      headers: { origin: 'https://evil.example', cookie: cookieHeader },
      status: 403,
    },
  ]);
}
