/** `npm run example:full-stack`, then open the page in a browser. */
import { printTries, startClerk } from '../common/example.js';
import { startFullStack } from './start.js';

const clerk = await startClerk({
  seed: {
    users: [{ id: 'user_ada', email_address: 'ada@example.com', password: 'correct horse', first_name: 'Ada' }],
    organizations: [
      { id: 'org_acorn', name: 'Acorn Books', slug: 'acorn', members: [{ user: 'user_ada', role: 'org:admin' }] },
    ],
  },
});
Object.assign(
  process.env,
  clerk === null ? { VITE_CLERK_PUBLISHABLE_KEY: process.env['CLERK_PUBLISHABLE_KEY'] } : clerk.frontEndEnv('vite'),
);
const { page, membersApi } = await startFullStack({
  frontendApiUrl: clerk?.frontendApiUrl,
  port: Number(process.env['PORT'] ?? 0),
});
console.log(`Open in a browser       ${page}`);

if (clerk !== null) {
  console.log('Sign in as              ada@example.com, password "correct horse"; or sign up: codes are printed here');
  let shown = 0;
  setInterval(() => {
    for (const { to, code } of clerk.emails.slice(shown))
      console.log(`To ${to}: ${code ?? 'a message without a code'}`);
    shown = clerk.emails.length;
  }, 200);
  const ada = { userId: 'user_ada', azp: page, expiresInSeconds: 3600 };
  const token = await clerk.createSessionToken({ ...ada, orgId: 'org_acorn', role: 'org:admin' });
  const alone = await clerk.createSessionToken(ada);
  printTries([
    { what: 'The page', url: page, headers: { accept: 'text/html' }, status: 200 },
    { what: "The Frontend API, by way of the page's server", url: `${page}/__clerk/v1/environment`, status: 200 },
    { what: 'The shelf of nobody', url: `${page}/api/shelf`, status: 401 },
    { what: 'A book', url: `${page}/api/shelf`, method: 'POST', token, json: { title: 'Emma' }, status: 201 },
    { what: 'The members, for an administrator', url: `${membersApi}/members`, token, status: 200 },
    {
      what: 'The members, for somebody without an organization',
      url: `${membersApi}/members`,
      token: alone,
      status: 403,
    },
  ]);
}
