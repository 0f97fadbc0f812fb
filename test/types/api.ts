/** What the types of `bailiff/api` allow and refuse. Nothing here runs: `tsc` is the judge. */
import {
  createBackendApi,
  createBackendClient,
  type Organization,
  type SAMLConnection,
  type Session,
  type User,
} from 'bailiff/api';
import * as sessions from 'bailiff/api/sessions';
import * as users from 'bailiff/api/users';

declare function is<Expected>(value: Expected): void;
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function same<A, B>(answer: Same<A, B>): void;

const api = createBackendApi();
const client = createBackendClient();
declare const signal: AbortSignal;
declare const maybe: string | undefined;

export async function allowed(): Promise<void> {
  const user = await api.users.get('user_1');
  same<typeof user, User>(true);
  is<string | null | undefined>(user.first_name);
  is<Record<string, unknown> | undefined>(user.public_metadata);

  same<Awaited<ReturnType<typeof api.jwks.get>>['keys'], undefined>(false);
  await api.users.update('user_1', { first_name: 'Ada', last_name: maybe }, { signal, timeoutMs: 1, retries: 0 });
  await api.users.ban('user_1', { retries: 0 });
  await api.users.bulkBan({ user_ids: ['user_1'] });
  await api.invitations.bulkCreate([{ email_address: 'ada@example.com' }]);
  await api.users.setProfileImage('user_1', { file: new Uint8Array([1]) });
  await api.m2mTokens.create({ claims: { role: 'cron' } }, { machineSecretKey: 'ak_x' });
  await api.samlConnections.create({ name: 'x', provider: 'saml_custom', domain: 'example.com' });
  await api.samlConnections.create({ name: 'x', provider: 'saml_custom', domains: ['example.com'] });

  is<User[]>(await api.users.list({ limit: 50, user_id: ['user_1'] as const }));
  for await (const each of api.users.list({ query: 'ada' })) is<User>(each);
  for await (const each of api.organizations.list()) is<Organization>(each);
  for await (const token of api.m2mTokens.list({ subject: 'mch_1' })) is<string>(token.id);

  // An array becomes an envelope where `paginated` is asked for.
  same<Awaited<ReturnType<typeof api.sessions.revoke>>, Session>(true);
  is<Session[]>(await api.sessions.list({ user_id: 'user_1' }));
  is<number>((await api.sessions.list({ user_id: 'user_1', paginated: true })).total_count);
  is<number>((await sessions.list(client, { paginated: true })).total_count);

  // Where tools see `unknown`, the document says more.
  const connection = await api.samlConnections.get('samlc_1');
  same<typeof connection, SAMLConnection>(true);
  is<string>(connection.id);
  is<{ domain: string } | { domains: string[] }>(connection);

  same<Awaited<ReturnType<typeof users.get>>, User>(true);
  await users.delete(client, 'user_1');
  for await (const each of users.list(client, { query: 'ada' })) is<User>(each);
}

export async function refused(): Promise<void> {
  // @ts-expect-error an id is missing
  await api.users.get();
  // @ts-expect-error an id is text
  await api.users.get(1);
  // @ts-expect-error there is one id too many
  await api.users.get('user_1', 'user_2');
  // @ts-expect-error the second id is missing
  await api.organizationMemberships.update('org_1', { role: 'org:admin' });
  // @ts-expect-error the body is required, although the document calls it optional
  await api.invitations.create();
  // @ts-expect-error email_address is required
  await api.invitations.create({ redirect_url: 'https://example.com' });
  // @ts-expect-error email_address is required in each
  await api.invitations.bulkCreate([{}]);
  // @ts-expect-error a misspelt query
  await api.users.list({ limt: 10 });
  // @ts-expect-error a misspelt field
  await api.users.update('user_1', { firstName: 'Ada' });
  // @ts-expect-error a number is wanted
  await api.users.list({ limit: '10' });
  // @ts-expect-error no such status
  await api.sessions.list({ status: 'asleep' });
  // @ts-expect-error the query `subject` is required
  await api.apiKeys.list();
  // @ts-expect-error neither domain nor domains
  await api.samlConnections.create({ name: 'x', provider: 'saml_custom' });
  // @ts-expect-error no such option
  await api.users.get('user_1', { timeout: 10 });
  // @ts-expect-error no such operation
  await api.users.remove('user_1');
  // @ts-expect-error no such resource
  await api.people.get('user_1');
  // @ts-expect-error a page is not one user
  for await (const each of api.users.list()) is<number>(each.total_count);
  // @ts-expect-error null is possible
  is<string>((await api.users.get('user_1')).username);
  // @ts-expect-error the client comes first
  await users.get('user_1');
  // @ts-expect-error a misspelt query, in the module of one resource too
  await users.list(client, { qery: 'ada' });
  // @ts-expect-error an array has no total
  is<number>((await api.sessions.list({ user_id: 'user_1' })).total_count);
}
