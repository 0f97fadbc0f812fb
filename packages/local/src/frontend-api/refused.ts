/** A refusal of the model as an answer of the Frontend API. */
import type { LocalResponse } from '../http/messages.js';
import { failure } from '../http/responses.js';
import type { ApiError } from '../model/records/api-error.js';

export function refused({ status, code, longMessage, meta }: ApiError): LocalResponse {
  const param = meta?.['param_name'];
  return failure(status, code, longMessage, typeof param === 'string' ? param : undefined);
}
