/** Fields that newer versions of the API refuse, although the document, which is older, has them. */
import { apiVersionOf } from '../../http/api-version.js';
import type { LocalRequest } from '../../http/messages.js';
import { refusal } from '../../model/records/refusals.js';
import type { OperationCall } from './operation.js';

/** Fields of bodies by operation: metadata changes through its own operations alone. */
const REMOVED_IN_2026_05_12: Readonly<Record<string, readonly string[]>> = {
  UpdateUser: ['public_metadata', 'private_metadata', 'unsafe_metadata'],
  UpdateOrganization: ['public_metadata', 'private_metadata'],
};

/** Gives the check of the body that the version of the request asks for. @throws ApiError 400 for a version that does not exist */
export function checkOfVersion(operationId: string, request: LocalRequest): (body: OperationCall['body']) => void {
  const version = apiVersionOf(request);
  if (version === null)
    throw refusal('api_version_invalid', 'Name one of the versions of the API, once: in the header or in the query.');
  const removed = version < '2026-05-12' ? [] : (REMOVED_IN_2026_05_12[operationId] ?? []);
  return (body) => {
    const paramName = removed.find((name) => Object.hasOwn(body ?? {}, name));
    if (paramName === undefined) return;
    const why = `${paramName} changes through the metadata operations alone since version 2026-05-12.`;
    throw refusal('form_param_unknown', why, { paramName });
  };
}
