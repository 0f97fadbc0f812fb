/** Trusted devices of users: seeds bring them, because only a device can enrol itself. */
import type { InstanceState } from '../../state/instance-state.js';
import type { TrustedDeviceRow, UserRow } from '../../state/rows.js';
import { notFound } from '../records/refusals.js';
import { change, defineResource } from '../records/resource.js';

export const trustedDevices = defineResource('trusted_devices', {
  object: 'trusted_device',
  idPrefix: 'tdev',
  component: 'TrustedDevice',
  view: ({ user_id: _user, ...row }) => row,
});

export const activeDevices = (state: InstanceState, user: UserRow): readonly TrustedDeviceRow[] =>
  state
    .table('trusted_devices')
    .by('user_id', user.id)
    .filter(({ status }) => status === 'active');

/** @throws ApiError 404 for a device of somebody else, and for one that is revoked already */
export function revokeDevice(state: InstanceState, user: UserRow, id: string): TrustedDeviceRow {
  if (!activeDevices(state, user).some((device) => device.id === id)) throw notFound('trusted device', id);
  return change(state, trustedDevices, id, { status: 'revoked', revoked_at: state.now() });
}
