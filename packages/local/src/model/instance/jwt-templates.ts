/** JWT templates; tokens are minted from them by the session's operations. */
import type { JwtTemplatesCreateParams, JwtTemplatesUpdateParams } from '../../../../../src/api/generated/types.js';
import type { Draft } from '../../state/instance-state.js';
import type { JwtTemplateRow } from '../../state/rows.js';
import { invalidValue, missing, refusal } from '../records/refusals.js';
import { defineResource } from '../records/resource.js';

export const jwtTemplates = defineResource('jwt_templates', {
  object: 'jwt_template',
  idPrefix: 'jtmp',
  component: 'JWTTemplate',
  unique: ['name'],
});

const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'HS256', 'HS384', 'HS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** Claims that Clerk sets itself, so that no template can forge them. */
const RESERVED = ['azp', 'exp', 'iat', 'iss', 'nbf', 'sub', 'sid', 'jti', 'v'];

/** `signing_key` is stored and never answered. @throws ApiError 422 */
export function readJwtTemplate(
  body: JwtTemplatesCreateParams | JwtTemplatesUpdateParams,
  before?: JwtTemplateRow,
): Draft<JwtTemplateRow> {
  const { name, claims, signing_key: key } = body;
  if (name === '') throw missing('name');
  const reserved = Object.keys(claims).find((claim) => RESERVED.includes(claim));
  if (reserved !== undefined)
    throw refusal('jwt_template_reserved_claim', `${reserved} is set by Clerk itself.`, { paramName: 'claims' });
  const custom = body.custom_signing_key ?? before?.custom_signing_key ?? false;
  const algorithm = body.signing_algorithm ?? before?.signing_algorithm ?? 'RS256';
  if (!ALGORITHMS.includes(algorithm))
    throw invalidValue('signing_algorithm', `must be one of ${ALGORITHMS.join(', ')}`);
  if (custom && typeof (key ?? before?.signing_key) !== 'string') throw missing('signing_key');
  return {
    name,
    claims,
    lifetime: body.lifetime ?? before?.lifetime ?? 60,
    allowed_clock_skew: body.allowed_clock_skew ?? before?.allowed_clock_skew ?? 5,
    custom_signing_key: custom,
    signing_algorithm: algorithm,
    ...(typeof key === 'string' ? { signing_key: key } : {}),
  };
}
