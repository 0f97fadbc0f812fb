/** What to do with a demo that stays up. */
import type { Credential, Credentials } from './credentials.js';
import type { DemoEnvironment } from './environment.js';

export function serveInstructions({ clerk, sites }: DemoEnvironment, credentials: Credentials): string {
  const [express, hono] = sites.map(({ url }) => url);
  const curl = (method: string, url: string, { headers }: Credential) =>
    `  curl -i -X ${method} ${url}${Object.entries(headers)
      .map(([name, value]) => ` \\\n    -H '${name}: ${value}'`)
      .join('')}`;
  return [
    'Everything stays up until Ctrl+C. In a browser (sign in as anybody, no password):',
    '',
    `  ${express}/dashboard      Express, guarded page`,
    `  ${hono}/dashboard      Hono, guarded page`,
    `  ${clerk.frontendApiUrl}/user           the account: switch organization, sign out`,
    '',
    'From a shell (the tokens of users are good for an hour):',
    '',
    curl('GET', `${express}/me`, credentials.admin),
    curl('GET', `${express}/me`, credentials.reader),
    curl('GET', `${hono}/invoices`, credentials.reader),
    curl('POST', `${hono}/invoices`, credentials.member),
    curl('GET', `${hono}/invoices`, credentials.m2m),
    curl('GET', `${express}/mcp`, credentials.oauth),
    curl('GET', `${express}/me`, credentials.none),
    '',
    'For an application of your own:',
    '',
    ...Object.entries(clerk.env).map(([name, value]) => `  export ${name}='${value}'`),
    '',
  ].join('\n');
}
