/** OAuth applications: clients of this instance as identity provider. */
import type {
  OauthApplicationsCreateParams,
  OauthApplicationsUpdateParams,
} from '../../../../../../src/api/generated/types.js';
import {
  createOAuthApplication,
  oauthApplications,
  readOAuthApplication,
  revokeTokenOf,
  rotateClientSecret,
  viewWithSecret,
} from '../../../model/oauth/applications.js';
import { missing } from '../../../model/records/refusals.js';
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
  revokeTokenOf(state, application, token);
  return undefined;
};

export const oauthApplicationHandlers: Handlers = {
  ListOAuthApplications: listOf(oauthApplications),
  CreateOAuthApplication: (call, state) =>
    viewWithSecret(createOAuthApplication(state, bodyOf<OauthApplicationsCreateParams>(call)), state),
  GetOAuthApplication: getOf(oauthApplications),
  UpdateOAuthApplication: updateOf(oauthApplications, (body: OauthApplicationsUpdateParams) =>
    readOAuthApplication(body),
  ),
  DeleteOAuthApplication: deleteOf(oauthApplications),
  RotateOAuthApplicationSecret: (call, state) =>
    viewWithSecret(rotateClientSecret(state, applicationOf(call, state)), state),
};
