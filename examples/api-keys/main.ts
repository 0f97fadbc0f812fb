/** `npm run example:api-keys` */
import { printTries, serve, startClerk } from '../common/example.js';
import { createApp } from './app.js';

const clerk = await startClerk();
const url = await serve(createApp());
console.log(`Customers' keys         ${url}`);

if (clerk !== null) {
  // Clerk's API takes as owners only ids that Clerk could have made.
  const { user: ada } = await clerk.signIn();
  const user = await clerk.createSessionToken({ userId: ada.id, expiresInSeconds: 3600 });
  const key = await clerk.createApiKey({ subject: ada.id, name: 'ci', scopes: ['reports:read'] });
  const json = { name: 'nightly', scopes: ['reports:read'] };
  printTries([
    { what: 'Make a key', method: 'POST', url: `${url}/keys`, token: user, json, status: 201 },
    { what: 'See my keys', url: `${url}/keys`, token: user, status: 200 },
    { what: 'Use one', url: `${url}/reports`, token: key.secret, status: 200 },
    { what: 'A key cannot make keys', method: 'POST', url: `${url}/keys`, token: key.secret, json, status: 401 },
    { what: 'Take it back', method: 'DELETE', url: `${url}/keys/${key.id}`, token: user, status: 204 },
    { what: 'From now on it is worth nothing', url: `${url}/reports`, token: key.secret, status: 401 },
  ]);
}
