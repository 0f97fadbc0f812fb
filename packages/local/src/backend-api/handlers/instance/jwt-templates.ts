/** JWT templates; tokens are minted from them by the session's operations. */
import { createOf, defineResource, deleteOf, getOf, listOf, updateOf } from '../../../model/records/resource.js';
import type { Handlers } from '../../engine/operation.js';
import { invalidValue, missing } from '../../../model/records/refusals.js';

type Fields = Readonly<Record<string, unknown>>;

const jwtTemplates = defineResource({
  table: 'jwt_templates',
  object: 'jwt_template',
  idPrefix: 'jtmp',
  component: 'JWTTemplate',
  unique: ['name'],
});

const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'HS256', 'HS384', 'HS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** Claims that Clerk sets itself, so that no template can forge them. */
const RESERVED = ['azp', 'exp', 'iat', 'iss', 'nbf', 'sub', 'sid', 'jti', 'v'];

/** `signing_key` is stored and never answered. @throws ApiError 422 */
function readFields(body: Fields, before: Fields = {}): Fields {
  const { name, claims, signing_key: key } = body;
  if (name === '') throw missing('name');
  const reserved = Object.keys(claims as Fields).find((claim) => RESERVED.includes(claim));
  if (reserved !== undefined) throw invalidValue('claims', `must not set the reserved claim ${reserved}`);
  const custom = body['custom_signing_key'] ?? before['custom_signing_key'] ?? false;
  const algorithm = body['signing_algorithm'] ?? before['signing_algorithm'] ?? 'RS256';
  if (!ALGORITHMS.includes(algorithm as string))
    throw invalidValue('signing_algorithm', `must be one of ${ALGORITHMS.join(', ')}`);
  if (custom === true && typeof (key ?? before['signing_key']) !== 'string') throw missing('signing_key');
  return {
    name,
    claims,
    lifetime: body['lifetime'] ?? before['lifetime'] ?? 60,
    allowed_clock_skew: body['allowed_clock_skew'] ?? before['allowed_clock_skew'] ?? 5,
    custom_signing_key: custom,
    signing_algorithm: algorithm,
    ...(typeof key === 'string' ? { signing_key: key } : {}),
  };
}

export const jwtTemplateHandlers: Handlers = {
  ListJWTTemplates: listOf(jwtTemplates),
  CreateJWTTemplate: createOf(jwtTemplates, (body) => readFields(body)),
  GetJWTTemplate: getOf(jwtTemplates),
  UpdateJWTTemplate: updateOf(jwtTemplates, readFields),
  DeleteJWTTemplate: deleteOf(jwtTemplates),
};
