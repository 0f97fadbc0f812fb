/** Pictures. Answers of the Backend API carry uploaded ones along, as data URLs; everywhere else they have an address. */
import { createHash } from 'node:crypto';
import type { UploadedFile } from '../../http/read-body.js';
import type { InstanceState } from '../../state/instance-state.js';
import { refusal } from './refusals.js';

const MAX_BYTES = 10 * 1024 * 1024;

/** What Clerk shows for those without a picture. */
export const defaultImage = (type: 'user' | 'organization', id: string): string =>
  `https://img.clerk.com/${Buffer.from(JSON.stringify({ type: 'default', iid: type, rid: id })).toString('base64url')}`;

/** @throws ApiError 400, 413 */
export function uploadedImage(file: UploadedFile | undefined): string {
  if (!file) throw refusal('form_param_missing', 'file is missing.', { paramName: 'file', second: true });
  if (file.bytes.byteLength > MAX_BYTES)
    throw refusal('image_too_large', 'Images have at most 10 MB.', { paramName: 'file' });
  const type = file.contentType || 'application/octet-stream';
  // A data URL of another type, opened by itself, could be a page with scripts.
  if (!/^(image\/[\w.+-]+|application\/octet-stream)$/.test(type))
    throw refusal('request_body_invalid', 'The file is no image.', { paramName: 'file' });
  return `data:${type};base64,${Buffer.from(file.bytes).toString('base64')}`;
}

/** The tables whose rows have pictures. */
export type PictureOwner = 'users' | 'organizations';

export const UPLOADED = /^data:([\w.+/-]+);base64,/;

/** The address of a picture: of an uploaded one here, of all others where they are. The number changes with the picture, so that browsers ask again. */
export function pictureUrl(state: InstanceState, owner: PictureOwner, id: string, stored: unknown): unknown {
  if (typeof stored !== 'string' || !UPLOADED.test(stored)) return stored;
  const version = createHash('sha256')
    .update(`${String(stored.length)} ${stored.slice(0, 4096)}`)
    .digest('hex');
  return `${state.frontendApiUrl}/images/${owner}/${encodeURIComponent(id)}?v=${version.slice(0, 8)}`;
}
