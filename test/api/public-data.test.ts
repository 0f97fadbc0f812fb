import { toPublic, type User } from 'bailiff/api';
import { expect, expectTypeOf, it } from 'vitest';

const user = {
  id: 'user_1',
  private_metadata: { risk: 9 },
  organization_memberships: [{ organization: { id: 'org_1', private_metadata: { plan: 'x' } }, private_metadata: {} }],
} as unknown as User;

it('removes private metadata at every depth, of one resource or a list (S21)', () => {
  expect(JSON.stringify([toPublic(user), toPublic([user])])).not.toContain('private_metadata');
  expect(toPublic([user])).toEqual([{ id: 'user_1', organization_memberships: [{ organization: { id: 'org_1' } }] }]);
  expect(user.private_metadata).toEqual({ risk: 9 });
});

it('has a type without private metadata', () => {
  expectTypeOf(toPublic(user)).not.toHaveProperty('private_metadata');
  expectTypeOf(toPublic(user).id).toEqualTypeOf(user.id);
});
