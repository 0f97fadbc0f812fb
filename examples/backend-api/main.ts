/** `npm run example:backend-api`, or with keys of your own in the environment. */
import { printTries, serve, startClerk } from '../common/example.js';
import { createApp } from './app.js';

const clerk = await startClerk({
  seed: { users: [{ id: 'user_ada', first_name: 'Ada', email_address: 'ada@example.com' }] },
});
const url = await serve(createApp());
console.log(`Profiles                ${url}`);

if (clerk !== null) {
  const token = await clerk.createSessionToken({ userId: 'user_ada', expiresInSeconds: 3600 });
  printTries([
    { what: 'My profile', url: `${url}/profile`, token, status: 200 },
    { what: 'Change it', method: 'PATCH', url: `${url}/profile`, token, json: { first_name: 'Augusta' }, status: 200 },
    { what: 'Nobody', url: `${url}/profile`, status: 401 },
  ]);
}
