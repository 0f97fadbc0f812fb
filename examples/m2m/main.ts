/** `npm run example:m2m`: two services that trust each other's machines, and no user's token in between. */
import { printTries, serve, startClerk } from '../common/example.js';
import { createInvoices } from './invoices.js';
import { createMachineToken } from './machine-token.js';
import { createReports } from './reports.js';

const clerk = await startClerk({
  // In Clerk's dashboard: a machine for each service, and an edge for each "may call".
  seed: {
    machines: [
      { id: 'mch_invoices', name: 'invoices' },
      { name: 'reports', scopes: ['mch_invoices'], secret_key: 'ak_reports' },
    ],
  },
});
const machineSecretKey = clerk === null ? process.env['CLERK_MACHINE_SECRET_KEY'] : 'ak_reports';
const invoices = await serve(createInvoices(), 0);
const reports = await serve(
  createReports(invoices, createMachineToken(machineSecretKey === undefined ? {} : { machineSecretKey })),
);
console.log(`Reports ${reports} -> Invoices ${invoices}`);

if (clerk !== null) {
  const user = await clerk.createSessionToken({ userId: 'user_ada', expiresInSeconds: 3600 });
  const stranger = await clerk.createM2MToken({ machineId: 'mch_other', scopes: ['mch_billing'] });
  printTries([
    { what: 'A user gets the report', url: `${reports}/report`, token: user, status: 200 },
    { what: 'A user cannot go to the invoice service directly', url: `${invoices}/invoices`, token: user, status: 401 },
    {
      what: 'Nor can a machine whose token is for others',
      url: `${invoices}/invoices`,
      token: stranger.token,
      status: 403,
    },
  ]);
}
