import { createClerkClient } from '@clerk/backend';
import type { LocalInstance } from 'bailiff-local';
import { describe, expect, it } from 'vitest';
import { insertPlan, insertSubscription } from './backend-api/seed-billing.js';
import { call, decode, instances } from './support.js';

const start = instances();
const NOW = Date.UTC(2026, 5, 1);
const MONTH = '31d';

const feature = (slug: string) => ({ object: 'feature', id: `feat_${slug}`, name: slug, slug });

/** An organization whose admins may read invoices and export; what it bought decides. */
async function prepared(options: object = { listen: false, now: NOW }) {
  const clerk = await start(options);
  await clerk.createSessionToken({
    userId: 'user_1',
    orgId: 'org_1',
    role: 'org:accountant',
    permissions: ['org:invoices:read', 'org:export:manage', 'org:sys_memberships:read'],
  });
  // A session of its own, whose permissions are those of the role.
  const { session } = await clerk.signIn('user_1', { org: 'org_1' });
  const claims = async () => decode(await clerk.createSessionToken({ sessionId: session.id })).payload;
  return { clerk, claims, sessionId: session.id };
}

function sell(clerk: LocalInstance) {
  const free = { is_default: true, amount: 0 };
  const insert = (slug: string, payer: string, features: string[], more: object = {}) =>
    insertPlan(clerk.state, { slug, for_payer_type: payer, features: features.map(feature), ...more }).id;
  insert('free_org', 'org', [], free);
  insert('free_user', 'user', [], free);
  return {
    team: insert('team', 'org', ['invoices', 'search']),
    business: insert('business', 'org', ['invoices', 'export']),
    pro: insert('pro', 'user', ['beta', 'search']),
  };
}

const permissionsOf = ({ o }: Record<string, unknown>) => o as { per?: string; fpm?: string };

describe('billing in session tokens', () => {
  it('limits nothing if no plan is sold', async () => {
    const { claims } = await prepared();
    const payload = await claims();
    expect(payload).toMatchObject({ fea: 'o:invoices,o:export', o: { per: 'read,manage', fpm: '1,2' } });
    expect(payload).not.toHaveProperty('pla');
  });

  it('gives the default plan to payers without a purchase, and no permission without its feature', async () => {
    const { clerk, claims } = await prepared();
    sell(clerk);
    const payload = await claims();
    expect(payload['pla']).toBe('o:free_org,u:free_user');
    expect(payload).not.toHaveProperty('fea');
    expect(permissionsOf(payload)).not.toHaveProperty('per');
  });

  it('distinguishes plans and features of organization and user', async () => {
    const { clerk, claims } = await prepared();
    const { team, pro } = sell(clerk);
    insertSubscription(clerk.state, { organization_id: 'org_1' }, team);
    insertSubscription(clerk.state, { user_id: 'user_1' }, pro);
    expect(await claims()).toMatchObject({
      pla: 'o:team,u:pro',
      fea: 'o:invoices,ou:search,u:beta',
      o: { per: 'read', fpm: '1,0' },
    });
    const alone = await clerk.signIn('user_1');
    expect(decode(alone.token).payload).toMatchObject({ pla: 'u:pro', fea: 'u:beta,u:search' });
  });

  it('is in tokens of the older version too', async () => {
    const { clerk } = await prepared();
    const { team } = sell(clerk);
    insertSubscription(clerk.state, { organization_id: 'org_1' }, team);
    const old = decode((await clerk.signIn('user_1', { org: 'org_1', v1: true })).token).payload;
    expect(old['org_permissions']).toEqual(['org:invoices:read']);
  });

  it.each([
    ['active', {}, true, true],
    ['past_due', {}, true, true],
    ['canceled', {}, true, false],
    ['ended', {}, false, false],
    ['expired', {}, false, false],
    ['incomplete', {}, false, false],
    ['abandoned', {}, false, false],
    ['upcoming', { period_start: NOW + 86_400_000 }, false, true],
  ])('counts an item that is %s now and after its period: %j %s %s', async (status, more, now, later) => {
    const { clerk, claims } = await prepared();
    insertSubscription(clerk.state, { organization_id: 'org_1' }, sell(clerk).team, { status, ...more });
    const entitled = async () => String((await claims())['pla']).includes('o:team');
    expect(await entitled()).toBe(now);
    const table = clerk.state.table('sessions');
    for (const { id } of table.rows())
      table.update(id, { expire_at: Number.MAX_SAFE_INTEGER, abandon_at: Number.MAX_SAFE_INTEGER });
    clerk.advanceClock(MONTH);
    expect(await entitled()).toBe(later);
  });

  it('follows a subscription that ends', async () => {
    const { clerk, claims } = await prepared();
    const { item } = insertSubscription(clerk.state, { organization_id: 'org_1' }, sell(clerk).team);
    expect(permissionsOf(await claims())).toMatchObject({ per: 'read' });
    const path = `/v1/billing/subscription_items/${item.id}?end_now=true`;
    expect((await call(clerk, 'DELETE', path)).status).toBe(200);
    expect(await claims()).toMatchObject({ pla: 'o:free_org,u:free_user' });
    expect(permissionsOf(await claims())).not.toHaveProperty('per');
  });

  it('is read from a seed as the documentation shows it', async () => {
    const clerk = await start({
      listen: false,
      seed: {
        organizations: [{ id: 'org_1', name: 'Acorn', members: [{ user: 'user_1' }] }],
        users: [{ id: 'user_1' }],
        tables: {
          plans: [{ id: 'plan_team', slug: 'team', for_payer_type: 'org', features: [{ slug: 'invoices' }] }],
          subscriptions: [{ id: 'csub_1', organization_id: 'org_1' }],
          subscription_items: [{ id: 'item_1', subscription_id: 'csub_1', plan_id: 'plan_team', status: 'active' }],
        },
      },
    });
    const { token } = await clerk.signIn('user_1', { org: 'org_1' });
    expect(decode(token).payload).toMatchObject({ pla: 'o:team', fea: 'o:invoices' });
  });

  it('is overridden by claims of a test', async () => {
    const { clerk } = await prepared();
    sell(clerk);
    const request = { userId: 'user_1', orgId: 'org_1', permissions: ['org:export:manage'], plans: ['o:huge'] };
    expect(decode(await clerk.createSessionToken(request)).payload).toMatchObject({
      pla: 'o:huge',
      fea: 'o:export',
      o: { per: 'manage', fpm: '1' },
    });
  });

  it('is read by has() of the official library', async () => {
    const { clerk, sessionId } = await prepared({});
    insertSubscription(clerk.state, { organization_id: 'org_1' }, sell(clerk).team);
    const { secretKey, publishableKey, apiUrl, jwtKey } = clerk;
    const official = createClerkClient({ secretKey, publishableKey, apiUrl, jwtKey, telemetry: { disabled: true } });
    const token = await clerk.createSessionToken({ sessionId });
    const request = new Request('http://app.test/', { headers: { authorization: `Bearer ${token}` } });
    const auth = (await official.authenticateRequest(request)).toAuth();
    const has = (auth as { has: (asked: object) => boolean }).has;
    expect(has({ plan: 'org:team' })).toBe(true);
    expect(has({ feature: 'org:search' })).toBe(true);
    expect(has({ permission: 'org:invoices:read' })).toBe(true);
    expect(has({ permission: 'org:export:manage' })).toBe(false);
    expect(has({ feature: 'export' })).toBe(false);
  });
});
