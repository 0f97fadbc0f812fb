/** `GET /images/users/{id}`: pictures that were uploaded, at an address of their own, so that not every answer carries them along. */
import type { LocalResponse } from '../http/messages.js';
import { UPLOADED, type PictureOwner } from '../model/records/images.js';
import { refusal } from '../model/records/refusals.js';
import type { FrontendCall, FrontendHandler } from './frontend-call.js';

/** Types that browsers draw. Whatever else was uploaded is a file to them. */
const DRAWN = /^image\/(png|jpeg|gif|webp|avif|bmp|tiff|svg\+xml)$/;

export const showPicture =
  (owner: PictureOwner): FrontendHandler =>
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
