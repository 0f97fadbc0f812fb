/** JWT templates. */
import type { JwtTemplatesCreateParams, JwtTemplatesUpdateParams } from '../../../../../../src/api/generated/types.js';
import { jwtTemplates, readJwtTemplate } from '../../../model/instance/jwt-templates.js';
import { createOf, deleteOf, getOf, listOf, updateOf } from '../../engine/crud-handlers.js';
import type { Handlers } from '../../engine/operation.js';

export const jwtTemplateHandlers: Handlers = {
  ListJWTTemplates: listOf(jwtTemplates),
  CreateJWTTemplate: createOf(jwtTemplates, (body: JwtTemplatesCreateParams) => readJwtTemplate(body)),
  GetJWTTemplate: getOf(jwtTemplates),
  UpdateJWTTemplate: updateOf(jwtTemplates, (body: JwtTemplatesUpdateParams, row) => readJwtTemplate(body, row)),
  DeleteJWTTemplate: deleteOf(jwtTemplates),
};
