/** OAuth applications: clients of this instance as identity provider. */
import type {
  OauthApplicationsCreateParams,
  OauthApplicationsUpdateParams,
} from '../../../../../../src/api/generated/types.js';
import {
  createOAuthApplication,
  oauthApplications,
  readOAuthApplication,
  rotateClientSecret,
  viewWithSecret,
} from '../../../model/oauth/applications.js';
import { revokeToken } from '../../../model/oauth/grants.js';
import { invalidValue, missing } from '../../../model/records/refusals.js';
import { find } from '../../../model/records/resource.js';
import type { InstanceState } from '../../../state/instance-state.js';
import type { OAuthApplicationRow } from '../../../state/rows.js';
import { deleteOf, getOf, listOf, updateOf } from '../../engine/crud-handlers.js';
import { bodyOf, param, type Handler, type Handlers, type OperationCall } from '../../engine/operation.js';

const applicationOf = (call: OperationCall, state: InstanceState): OAuthApplicationRow =>
  find(state, oauthApplications, param(call, 'oauth_application_id'));

/** Of newer versions. */
export const revokeOAuthToken: Handler = (call, state) => {
  const application = applicationOf(call, state);
  const { token } = bodyOf(call);
  if (typeof token !== 'string') throw missing('token');
  // As RFC 7009 has it, a token that does not exist is no error.
  if (revokeToken(state, application, token) === 'jwt')
    throw invalidValue('token', 'is a JWT, which cannot be revoked');
  return undefined;
};

export const oauthApplicationHandlers: Handlers = {
  ListOAuthApplications: listOf(oauthApplications),
  CreateOAuthApplication: (call, state) =>
    viewWithSecret(createOAuthApplication(state, bodyOf<OauthApplicationsCreateParams>(call)), state),
  GetOAuthApplication: getOf(oauthApplications),
  UpdateOAuthApplication: updateOf(oauthApplications, (body: OauthApplicationsUpdateParams, row) =>
    readOAuthApplication(body, row),
  ),
  DeleteOAuthApplication: deleteOf(oauthApplications),
  RotateOAuthApplicationSecret: (call, state) =>
    viewWithSecret(rotateClientSecret(state, applicationOf(call, state)), state),
};
