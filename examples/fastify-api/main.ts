/** `npm run example:fastify-api`, or with keys of your own in the environment. */
import { printTries, startClerk } from '../common/example.js';
import { createApp } from './app.js';

const clerk = await startClerk();
const app = createApp(clerk === null ? {} : { accountsUrl: clerk.frontendApiUrl });
const url = await app.listen({ host: '127.0.0.1', port: Number(process.env['PORT'] ?? 0) });
console.log(`API                     ${url}`);

if (clerk !== null) {
  const member = { userId: 'user_ada', orgId: 'org_acorn', permissions: ['org:invoices:read'], expiresInSeconds: 3600 };
  const token = await clerk.createSessionToken(member);
  const { secret } = await clerk.createApiKey({ subject: 'user_ada', scopes: ['invoices:read'] });
  printTries([
    { what: 'A user', url: `${url}/me`, token, status: 200 },
    { what: 'Nobody', url: `${url}/me`, status: 401 },
    { what: 'An API key', url: `${url}/invoices`, token: secret, status: 200 },
    { what: 'A user who may only read', method: 'POST', url: `${url}/invoices`, token, status: 403 },
  ]);
}
