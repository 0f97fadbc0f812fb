/** Keyless mode: Clerk's frameworks ask for an application when they have no keys. The local instance is that application. */
import { isFromSameMachine } from '../../../http/same-machine.js';
import { refusal } from '../../../model/records/refusals.js';
import type { Handler } from '../../engine/operation.js';

/**
 * Answers with the secret key, and can ask for none: so it answers programs of this machine alone. Pages name their origin with a POST.
 *
 * @throws ApiError 401
 */
export const showKeylessApplication: Handler = ({ request }, state) => {
  if (!isFromSameMachine(request) || request.headers['origin'] !== undefined)
    throw refusal('authentication_invalid', 'The keys of the instance are for programs of its own machine.');
  return {
    object: 'accountless_application',
    publishable_key: state.publishableKey,
    secret_key: state.secretKey,
    claim_url: `${state.frontendApiUrl}/`,
    api_keys_url: `${state.frontendApiUrl}/`,
  };
};
