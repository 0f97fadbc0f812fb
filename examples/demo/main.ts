/**
 * `npm run demo`: every kind of credential, in real requests, through an Express app and a Hono app that stand in front of an
 * offline Clerk instance. Exit status 0 if every answer is the expected one. `npm run demo -- --serve` keeps it all up.
 */
import { issueCredentials } from './credentials.js';
import { runCases, type Result } from './run-cases.js';
import { serveInstructions } from './serve.js';
import { openEnvironment } from './environment.js';
import { formatTable } from './table.js';

const serving = process.argv.includes('--serve');
const environment = await openEnvironment(serving ? { clerk: 4010, express: 4011, hono: 4012 } : undefined);
const { clerk, sites } = environment;
console.log(`\nOffline Clerk instance  ${clerk.apiUrl}`);
for (const { name, url } of sites) console.log(`${name.padEnd(22)}  ${url}`);

const credentials = await issueCredentials(clerk);
const results = await runCases(sites, credentials);
console.log(`\n${show(results)}`);

const wrong = results.filter((result) => !result.asExpected).length;
const total = `${results.length} requests through ${sites.length} frameworks`;
console.log(
  wrong === 0 ? `\n${total}: all answered as expected.\n` : `\n${total}: ${wrong} NOT answered as expected.\n`,
);

if (serving) console.log(serveInstructions(environment, credentials));
else {
  await environment.close();
  process.exitCode = wrong === 0 ? 0 : 1;
}

function show(all: readonly Result[]): string {
  return formatTable(
    ['request', 'credential', 'expected', ...sites.map(({ name }) => `${name} answered`)],
    all.map((result) => ({
      cells: [result.case.request, result.credential, result.case.expected, ...result.answered],
      good: result.asExpected,
      group: result.case.request,
    })),
  );
}
