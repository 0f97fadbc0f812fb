import { createPrivateKey, createHmac, sign } from 'node:crypto';
import type { Row, InstanceState } from '../../state/instance-state.js';
import { CATEGORY } from './categories.js';
import { interpolate } from './shortcodes.js';
import { timesOf } from './session-token.js';

/** Clerk's default for templates. */
const LIFETIME_SECONDS = 60;

/**
 * A token in the form of one of the instance's JWT templates, with the user, organization and session put in place of the shortcodes.
 * It has no session id and no version, and its category keeps it from passing for a session token.
 *
 * @throws Error if the template's own key cannot be read
 */
export function mintTemplateToken(
  state: InstanceState,
  session: Row,
  template: Row,
  options: { expiresInSeconds?: number | undefined } = {},
): string {
  const lifetime = options.expiresInSeconds ?? Number(template['lifetime'] ?? LIFETIME_SECONDS);
  const { exp, iat } = timesOf(state.now(), lifetime);
  const payload = {
    ...(interpolate(template['claims'] ?? {}, state, session) as Readonly<Record<string, unknown>>),
    exp,
    iat,
    iss: state.frontendApiUrl,
    jti: state.secret(20),
    nbf: iat - Number(template['allowed_clock_skew'] ?? 5),
    sub: session['user_id'],
  };
  if (template['custom_signing_key'] !== true) return state.keys.sign({ cat: CATEGORY.template }, payload);
  const header = { alg: template['signing_algorithm'], cat: CATEGORY.template, typ: 'JWT' };
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${signWith(String(template['signing_algorithm']), String(template['signing_key']), input)}`;
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
