/** Changes that users make to their own profile: names, username, primary addresses, unsafe metadata, picture, deletion. */
import { isRecord } from '../../../../../src/ground/is-record.js';
import type { UploadedFile } from '../../http/read-body.js';
import type { Draft, InstanceState } from '../../state/instance-state.js';
import type { Fields, UserRow } from '../../state/rows.js';
import { environmentOf } from '../instance/environment.js';
import { uploadedImage } from '../records/images.js';
import { mergedKinds } from '../records/metadata.js';
import { invalidValue, missing, refusal } from '../records/refusals.js';
import { change, remove } from '../records/resource.js';
import { readChosenUsername } from '../sign-up/usernames.js';
import { KIND_NAMES, primaryField } from '../users/identifications.js';
import { users } from '../users/user-records.js';
import { updateUser } from '../users/users.js';

const ATTRIBUTES = ['first_name', 'last_name', 'username'] as const;

type Patch = Record<string, string | null | Fields>;

/**
 * @param input fields of the request; empty text removes a name
 * @throws ApiError 403, 422
 */
export function changeProfile(state: InstanceState, user: UserRow, input: Fields): UserRow {
  const { attributes } = environmentOf(state).user_settings;
  const patch: Patch = {};
  for (const name of ATTRIBUTES) {
    const value = textIn(input, name);
    if (value === undefined || value === (user[name] ?? null)) continue;
    const { enabled, required, immutable } = attributes[name];
    if (!enabled && value === null) continue;
    if (!enabled) throw refusal('form_param_unknown', `${name} is switched off.`, { paramName: name });
    if (immutable) throw refusal('immutable_attribute_modification_not_allowed');
    if (required && value === null) throw missing(name);
    patch[name] = name === 'username' && value !== null ? readChosenUsername(state, value) : value;
  }
  for (const kind of KIND_NAMES) {
    const id = textIn(input, primaryField(kind));
    if (typeof id === 'string') patch[primaryField(kind)] = id;
  }
  if (input['unsafe_metadata'] !== undefined) patch['unsafe_metadata'] = metadataIn(input);
  return updateUser(state, user, patch);
}

function textIn(input: Fields, name: string): string | null | undefined {
  const value = input[name];
  if (value === undefined) return undefined;
  if (value !== null && typeof value !== 'string') throw invalidValue(name, 'must be text');
  return value === null || value.trim() === '' ? null : value.trim();
}

function metadataIn(input: Fields): Fields {
  const value = input['unsafe_metadata'];
  if (!isRecord(value)) throw invalidValue('unsafe_metadata', 'must be a JSON object');
  return value;
}

/** Users may write their unsafe metadata, and no other kind. @throws ApiError 422 */
export function mergeOwnMetadata(state: InstanceState, user: UserRow, input: Fields): UserRow {
  if (input['unsafe_metadata'] === undefined) throw missing('unsafe_metadata');
  return change(state, users, user.id, mergedKinds(user, { unsafe_metadata: metadataIn(input) }));
}

/** Kinds of pictures that browsers show and that hold no script. */
const PICTURES = /^image\/(png|jpeg|gif|webp|avif|bmp|tiff)$/;

/** @throws ApiError 400, 413 */
export function setOwnPicture(state: InstanceState, user: UserRow, file: UploadedFile | undefined): UserRow {
  const image = uploadedImage(file);
  if (file === undefined || !PICTURES.test(file.contentType))
    throw refusal('request_body_invalid', 'Pictures are PNG, JPEG, GIF, WebP, AVIF, BMP or TIFF.');
  return change(state, users, user.id, { image_url: image });
}

/** @throws ApiError 404 */
export function removeOwnPicture(state: InstanceState, user: UserRow): UserRow {
  if (typeof user.image_url !== 'string') throw refusal('image_not_found');
  const patch: Draft<UserRow> = { image_url: null };
  return change(state, users, user.id, patch);
}

/** @throws ApiError 403 where users may not */
export function deleteOwnUser(state: InstanceState, user: UserRow): Fields {
  const { actions } = environmentOf(state).user_settings;
  if (!actions.delete_self || user.delete_self_enabled === false) throw refusal('user_delete_self_not_enabled');
  return remove(state, users, user);
}
