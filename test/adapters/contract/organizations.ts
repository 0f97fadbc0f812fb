/** `requireOrganization`, and a `check` that reads the request: the same for every framework whose requests know the path's parameters. */
import type { BailiffEvent } from 'bailiff';
import { describe, expect, it } from 'vitest';
import type { Adapter, Framework } from '../frameworks.js';
import { codeOf, createEnvironments } from './harness.js';

type Options = Parameters<Adapter['requireOrganization']>[0];

export function organizations(framework: Framework): void {
  const environments = createEnvironments(framework);
  const { paramOf } = framework;
  if (paramOf === null) return withoutParameters(environments);
  const open = (options: Options, path = '/orgs/:org/invoices') =>
    environments.open({ routes: [{ path, guards: [(adapter) => adapter.requireOrganization(options)] }] });
  const statusesOf = async (options: Options, names: readonly string[]) => {
    const { get } = await open(options);
    const statuses: Record<string, number> = {};
    for (const name of names) statuses[name] = (await get(`/orgs/${name}/invoices`, 'slugged')).status;
    return statuses;
  };

  it('lets in a member whose active organization the path names, by id or by slug, decoded once', async () => {
    expect(await statusesOf({ param: 'org' }, ['org_acorn', 'acorn', '%61corn', 'org%5Facorn'])).toEqual({
      org_acorn: 200,
      acorn: 200,
      '%61corn': 200,
      'org%5Facorn': 200,
    });
  });

  it.each([
    'org_oak',
    'oak',
    'ACORN',
    'Org_acorn',
    'org_acorn%20',
    '%20acorn',
    'acorn%00',
    'acorn%2Foak',
    '%2561corn',
    'acorn,oak',
    'null',
    'undefined',
    '[object%20Object]',
    '__proto__',
  ])('refuses %s', async (name) => {
    const { get } = await open({ param: 'org' });
    const answer = await get(`/orgs/${name}/invoices`, 'slugged');
    expect([answer.status, codeOf(answer)]).toEqual([403, 'forbidden']);
  });

  it('accepts only the id or only the slug if the option says so', async () => {
    const names = ['org_acorn', 'acorn'];
    expect(await statusesOf({ param: 'org', as: 'id' }, names)).toEqual({ org_acorn: 200, acorn: 403 });
    expect(await statusesOf({ param: 'org', as: 'slug' }, names)).toEqual({ org_acorn: 403, acorn: 200 });
  });

  it('never reads a slug as the id of another organization', async () => {
    const { get } = await open({ param: 'org' });
    // The slug of the active organization is the id of a victim.
    expect((await get('/orgs/org_oak/invoices', 'impostor')).status).toBe(403);
    expect((await get('/orgs/ORG_OAK/invoices', 'impostor')).status).toBe(403);
    expect((await get('/orgs/org_acorn/invoices', 'impostor')).status).toBe(200);
  });

  it('answers 404 if the option says so, whether the organization exists or not', async () => {
    const { get } = await open({ param: 'org', otherwise: 404 });
    const [other, none] = [await get('/orgs/oak/invoices', 'slugged'), await get('/orgs/nowhere/invoices', 'slugged')];
    expect([other.status, codeOf(other)]).toEqual([404, 'not-found']);
    expect(none.body).toEqual(other.body);
    expect((await get('/orgs/acorn/invoices', 'slugged')).status).toBe(200);
  });

  it('refuses users without an active organization, signed-out requests and machines', async () => {
    const { get } = await open({ param: 'org', otherwise: 404 });
    for (const name of ['org_acorn', 'null', 'acorn']) {
      expect((await get(`/orgs/${name}/invoices`, 'personal')).status).toBe(404);
    }
    expect((await get('/orgs/org_acorn/invoices')).status).toBe(401);
    expect((await get('/orgs/org_acorn/invoices', 'tampered')).status).toBe(401);
    const key = await get('/orgs/org_acorn/invoices', 'orgApiKey');
    expect([key.status, codeOf(key)]).toEqual([401, 'token-type-mismatch']);
  });

  it('denies and names the mistake if the path has no such parameter', async () => {
    const { get, served } = await open({ param: 'orgId' });
    expect((await get('/orgs/org_acorn/invoices', 'slugged')).status).toBe(500);
    expect(served.errors).toEqual([expect.objectContaining({ name: 'ConfigurationError', option: 'param' })]);
    expect((await get('/orgs/org_acorn/invoices')).status).toBe(401);
  });

  it('throws a mistake in the code to the application, and reports no fault of a request', async () => {
    const told: string[] = [];
    const logger = { warn: () => undefined, error: (text: string) => told.push(text) };
    const onEvent = ({ type }: BailiffEvent) => type === 'fault' && told.push(type);
    const { get, served } = await environments.open(
      { routes: [{ path: '/orgs/:org', guards: [(adapter) => adapter.requireOrganization({ param: 'orgId' })] }] },
      ({ options }) => [[{ ...options, logger, onEvent }]],
    );
    expect((await get('/orgs/org_acorn', 'slugged')).status).toBe(500);
    expect([served.errors.length, told]).toEqual([1, []]);
  });

  it.each([
    [{}, 'param'],
    [{ param: '' }, 'param'],
    [{ param: 'org', as: 'name' }, 'as'],
    [{ param: 'org', otherwise: 200 }, 'otherwise'],
    [{ param: 'org', otherwise: 500 }, 'otherwise'],
    [{ parameter: 'org' }, 'parameter'],
    ['org', 'options'],
  ])('throws at creation for %j', async (options, option) => {
    await expect(open(options as unknown as Options)).rejects.toMatchObject({ name: 'ConfigurationError', option });
  });

  describe('check', () => {
    const inPath = (adapter: Adapter) =>
      adapter.requireAuth({
        permission: 'org:invoices:read',
        check: (auth, request) => auth.orgId === paramOf(request, 'org'),
      });

    it('receives the request as handlers do', async () => {
      const { get } = await environments.open({ routes: [{ path: '/orgs/:org', guards: [inPath] }] });
      expect((await get('/orgs/org_acorn', 'admin')).status).toBe(200);
      expect((await get('/orgs/org_oak', 'admin')).status).toBe(403);
      expect((await get('/orgs/org_acorn')).status).toBe(401);
    });

    it('receives the request in each branch of a combination', async () => {
      const combined = ({ requireAuth, anyOf, allOf }: Adapter) =>
        requireAuth(
          anyOf(allOf({ check: async (_auth, request) => paramOf(request, 'org') === 'a' }, { role: 'org:admin' }), {
            token: 'api_key',
            check: (_auth, request) => paramOf(request, 'org') === 'b',
          }),
        );
      const { get } = await environments.open({ routes: [{ path: '/orgs/:org', guards: [combined] }] });
      expect((await get('/orgs/a', 'admin')).status).toBe(200);
      expect((await get('/orgs/b', 'admin')).status).toBe(403);
      expect((await get('/orgs/a', 'apiKey')).status).toBe(403);
      expect((await get('/orgs/b', 'apiKey')).status).toBe(200);
    });

    it('denies if it throws', async () => {
      const failing = ({ requireAuth }: Adapter) =>
        requireAuth({ check: (_auth, request) => (request as unknown as { no: { such: boolean } }).no.such });
      const { get, served } = await environments.open(
        { routes: [{ path: '/orgs/:org', guards: [failing] }] },
        ({ options }) => [[{ ...options, logger: false }]],
      );
      expect((await get('/orgs/a', 'admin')).status).toBe(500);
      expect(served.errors).toEqual([expect.any(TypeError)]);
    });
  });
}

/** Requests that know no parameters cannot be compared with anything. */
function withoutParameters(environments: ReturnType<typeof createEnvironments>): void {
  it('requireOrganization denies and names the mistake if no path has parameters', async () => {
    const guards = [(adapter: Adapter) => adapter.requireOrganization({ param: 'org' })];
    const { get, served } = await environments.open({ routes: [{ path: '/orgs/org_acorn', guards }] });
    expect((await get('/orgs/org_acorn', 'slugged')).status).toBe(500);
    expect(served.errors).toEqual([expect.objectContaining({ name: 'ConfigurationError', option: 'param' })]);
    expect((await get('/orgs/org_acorn')).status).toBe(401);
  });

  it('check receives the request', async () => {
    const guards = [
      ({ requireAuth }: Adapter) => requireAuth({ check: (_auth, request) => request.headers['x-door'] === 'open' }),
    ];
    const { get } = await environments.open({ routes: [{ path: '/door', guards }] });
    expect((await get('/door', 'admin', { 'x-door': 'open' })).status).toBe(200);
    expect((await get('/door', 'admin')).status).toBe(403);
  });
}
