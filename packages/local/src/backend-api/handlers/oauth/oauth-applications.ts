/** OAuth applications: clients of this instance as identity provider. */
import type {
  OauthApplicationsCreateParams,
  OauthApplicationsRevokeTokenParams,
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
import { uploadedImage } from '../../../model/records/images.js';
import { invalidValue } from '../../../model/records/refusals.js';
import { change, find } from '../../../model/records/resource.js';
import { users } from '../../../model/users/user-records.js';
import type { InstanceState } from '../../../state/instance-state.js';
import type { OAuthApplicationRow } from '../../../state/rows.js';
import { deleteOf, getOf, listOf, updateOf } from '../../engine/crud-handlers.js';
import { bodyOf, param, type Handlers, type OperationCall } from '../../engine/operation.js';

const applicationOf = (call: OperationCall, state: InstanceState): OAuthApplicationRow =>
  find(state, oauthApplications, param(call, 'oauth_application_id'));

export const oauthApplicationHandlers: Handlers = {
  ListOAuthApplications: listOf(oauthApplications),
  CreateOAuthApplication: (call, state) =>
    viewWithSecret(createOAuthApplication(state, bodyOf<OauthApplicationsCreateParams>(call)), state),
  GetOAuthApplication: getOf(oauthApplications),
  UpdateOAuthApplication: updateOf(oauthApplications, (body: OauthApplicationsUpdateParams, row) =>
    readOAuthApplication(body, row),
  ),
  DeleteOAuthApplication: deleteOf(oauthApplications),
  UploadOAuthApplicationLogo: (call, state) => {
    const image = uploadedImage(call.files?.['file']);
    const { uploader_user_id: uploader } = bodyOf(call);
    if (typeof uploader === 'string' && uploader !== '') find(state, users, uploader);
    const { id } = applicationOf(call, state);
    return oauthApplications.view(change(state, oauthApplications, id, { client_image_url: image }), state);
  },
  RevokeOAuthApplicationToken: (call, state) => {
    const { token } = bodyOf<OauthApplicationsRevokeTokenParams>(call);
    // As RFC 7009 has it, a token that does not exist is no error.
    if (revokeToken(state, applicationOf(call, state), token) === 'jwt')
      throw invalidValue('token', 'is a JWT, which cannot be revoked');
  },
  RotateOAuthApplicationSecret: (call, state) =>
    viewWithSecret(rotateClientSecret(state, applicationOf(call, state)), state),
};
