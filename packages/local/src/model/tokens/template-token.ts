import { createPrivateKey, createHmac, sign } from 'node:crypto';
import type { InstanceState } from '../../state/instance-state.js';
import type { JwtTemplateRow, SessionRow } from '../../state/rows.js';
import { extrasOf } from '../sessions/sessions.js';
import { CATEGORY } from './categories.js';
import { interpolate } from './shortcodes.js';
import { timesOf } from './session-token.js';

/** Clerk's defaults for templates. */
const LIFETIME_SECONDS = 60;
const CLOCK_SKEW_SECONDS = 5;

/**
 * A token in the form of one of the instance's JWT templates, with the user, organization and session put in place of the shortcodes.
 * It has no session id and no version, and its category keeps it from passing for a session token.
 *
 * @param options `azp`: the origin of the browser that asks; by default that of the session
 * @throws Error if the template's own key cannot be read
 */
export function mintTemplateToken(
  state: InstanceState,
  session: SessionRow,
  template: JwtTemplateRow,
  options: { expiresInSeconds?: number | undefined; azp?: string | undefined } = {},
): string {
  const lifetime = options.expiresInSeconds ?? template.lifetime ?? LIFETIME_SECONDS;
  const { exp, iat } = timesOf(state.now(), lifetime);
  const azp = options.azp ?? extrasOf(session).azp;
  const payload = {
    ...interpolate(template.claims, state, session),
    ...(azp === undefined ? {} : { azp }),
    exp,
    iat,
    iss: state.frontendApiUrl,
    jti: state.secret(20),
    nbf: iat - (template.allowed_clock_skew ?? CLOCK_SKEW_SECONDS),
    sub: session.user_id,
  };
  if (template.custom_signing_key !== true) return state.keys.sign({ cat: CATEGORY.template }, payload);
  const header = { alg: template.signing_algorithm, cat: CATEGORY.template, typ: 'JWT' };
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${signWith(template.signing_algorithm, template.signing_key ?? '', input)}`;
}

function signWith(algorithm: string, key: string, input: string): string {
  if (algorithm === 'EdDSA') return sign(null, Buffer.from(input), createPrivateKey(key)).toString('base64url');
  const hash = `sha${algorithm.slice(2)}`;
  if (algorithm.startsWith('HS')) return createHmac(hash, key).update(input).digest('base64url');
  const privateKey = createPrivateKey(key);
  const options = algorithm.startsWith('ES')
    ? { key: privateKey, dsaEncoding: 'ieee-p1363' as const }
    : { key: privateKey };
  return sign(hash, Buffer.from(input), options).toString('base64url');
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
