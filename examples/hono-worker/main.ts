/** `npm run example:hono-worker` */
import { startLocalInstance } from 'bailiff-local';
import { printTries } from '../common/example.js';
import { runWorker } from './run-worker.js';

const clerk = await startLocalInstance();
const { url } = await runWorker(clerk.env, Number(process.env['PORT'] ?? 0));
console.log(`Offline Clerk instance  ${clerk.apiUrl}\nWorker                  ${url}`);

const token = await clerk.createSessionToken({
  userId: 'user_ada',
  orgId: 'org_acorn',
  permissions: ['org:invoices:read'],
  expiresInSeconds: 3600,
});
const { secret } = await clerk.createApiKey({ subject: 'user_ada', scopes: ['invoices:read'] });
printTries([
  { what: 'A user', url: `${url}/me`, token, status: 200 },
  { what: 'Nobody', url: `${url}/me`, status: 401 },
  { what: 'A user reads', url: `${url}/invoices`, token, status: 200 },
  { what: 'An API key reads', url: `${url}/invoices`, token: secret, status: 200 },
  { what: 'A user who may only read', method: 'POST', url: `${url}/invoices`, token, status: 403 },
]);
