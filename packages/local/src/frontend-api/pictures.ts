/** `GET /images/users/{id}`: pictures that were uploaded, at an address of their own, so that not every answer carries them along. */
import { createHash } from 'node:crypto';
import type { LocalResponse } from '../http/messages.js';
import { refusal } from '../model/records/refusals.js';
import type { InstanceState } from '../state/instance-state.js';
import type { FrontendCall, FrontendHandler } from './frontend-call.js';

type Owner = 'users' | 'organizations';

const UPLOADED = /^data:([\w.+/-]+);base64,/;

/** Types that browsers draw. Whatever else was uploaded is a file to them. */
const DRAWN = /^image\/(png|jpeg|gif|webp|avif|bmp|tiff|svg\+xml)$/;

/** Where a picture can be had: an uploaded one here, all others where they are. The number changes with the picture, so that browsers ask again. */
export function pictureUrl(state: InstanceState, owner: Owner, id: string, stored: unknown): unknown {
  if (typeof stored !== 'string' || !UPLOADED.test(stored)) return stored;
  const version = createHash('sha256')
    .update(`${String(stored.length)} ${stored.slice(0, 4096)}`)
    .digest('hex');
  return `${state.frontendApiUrl}/images/${owner}/${encodeURIComponent(id)}?v=${version.slice(0, 8)}`;
}

export const showPicture =
  (owner: Owner): FrontendHandler =>
  ({ state, params }: FrontendCall): LocalResponse => {
    const stored = state.table(owner).get(params['id'] ?? '')?.image_url;
    const [start = '', type = ''] = UPLOADED.exec(typeof stored === 'string' ? stored : '') ?? [];
    if (typeof stored !== 'string' || start === '') throw refusal('image_not_found', 'There is no such image');
    return {
      status: 200,
      headers: [
        ['Content-Type', DRAWN.test(type) ? type : 'application/octet-stream'],
        ['Cache-Control', 'no-cache'],
        // The official components ask for pictures without cookies, by CORS.
        ['Access-Control-Allow-Origin', '*'],
        // Pages of all origins show it, but nobody runs what a drawing may hold: it would be a script of this origin.
        ['Cross-Origin-Resource-Policy', 'cross-origin'],
        ['Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox"],
        ['X-Content-Type-Options', 'nosniff'],
      ],
      body: Buffer.from(stored.slice(start.length), 'base64'),
    };
  };
