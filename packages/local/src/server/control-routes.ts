/** What the `bailiff` command asks of a running instance. Not part of Clerk's API; needs the secret key. */
import type { LocalResponse } from '../http/messages.js';
import { envVariablesOf } from '../state/env-variables.js';
import { jsonOf, type FrontendCall, type FrontendHandler } from '../frontend-api/frontend-call.js';
import { failure, json } from '../http/responses.js';
import { answerBy } from '../frontend-api/answer-route.js';
import { messageOf } from '../ground/message-of.js';
import { mintOf } from './mint.js';
import { holdsSecretKey } from './secret-key.js';

/** Lets in whoever holds the secret key. */
const withKey =
  (answer: (call: FrontendCall) => LocalResponse): FrontendHandler =>
  (call) =>
    holdsSecretKey(call.state, call.request.headers['authorization'])
      ? answer(call)
      : failure(401, 'clerk_key_invalid', 'The secret key is not the one of this instance.');

function mint(call: FrontendCall): LocalResponse {
  const { state, params } = call;
  const issue = mintOf(params['kind'] ?? '');
  if (issue === undefined) return failure(404, 'resource_not_found', 'There is no such kind of credential.');
  try {
    return json(issue(state, jsonOf(call)), 201);
  } catch (error) {
    return failure(422, 'form_param_invalid', messageOf(error));
  }
}

function showEnvironment({ state }: FrontendCall): LocalResponse {
  return json({ env: { ...envVariablesOf(state), CLERK_SIGN_IN_URL: `${state.frontendApiUrl}/sign-in` } });
}

/** Whether the path is one of these, and neither API's. */
export const isControlPath = (path: string): boolean => path.startsWith('/__bailiff/');

export const handleControlRequest = answerBy({
  'POST /__bailiff/tokens/{kind}': withKey(mint),
  'GET /__bailiff/env': withKey(showEnvironment),
  'GET /__bailiff/snapshot': withKey(({ state }) => json(state.dump())),
});
