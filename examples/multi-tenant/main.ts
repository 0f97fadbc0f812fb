/** `npm run example:multi-tenant` */
import { getRequestListener } from '@hono/node-server';
import { printTries, serve, startClerk } from '../common/example.js';
import { createApp } from './app.js';

const clerk = await startClerk({
  seed: {
    users: [{ id: 'user_ada', email_address: 'ada@example.com' }],
    organizations: [
      { id: 'org_acorn', name: 'Acorn Books', slug: 'acorn', members: [] },
      { id: 'org_oak', name: 'Oak Press', slug: 'oak', members: [] },
    ],
  },
});
const url = await serve(getRequestListener(createApp().fetch));
console.log(`Many organizations      ${url}`);

if (clerk !== null) {
  const token = await clerk.createSessionToken({
    userId: 'user_ada',
    orgId: 'org_acorn',
    permissions: ['org:invoices:read'],
    expiresInSeconds: 3600,
  });
  printTries([
    { what: 'Her organization', url: `${url}/orgs/acorn/invoices`, token, status: 200 },
    { what: 'Another one', url: `${url}/orgs/oak/invoices`, token, status: 403 },
    { what: 'More than she may do', method: 'POST', url: `${url}/orgs/acorn/invoices`, token, status: 403 },
    { what: 'Nobody', url: `${url}/orgs/acorn/invoices`, status: 401 },
  ]);
}
