/** Credentials by the name of their kind, as the command and the dashboard ask for them. */
import { lookUp } from '../ground/look-up.js';
import { issueAccessToken, issueKey, issueMachineToken, issueSession } from '../model/issue-credentials.js';
import type { InstanceState } from '../state/instance-state.js';
import type { Fields } from '../state/rows.js';

type Mint = (state: InstanceState, request: Fields) => Fields;

const MINTS: Readonly<Record<string, Mint>> = {
  session: (state, request) => ({ object: 'token', token: issueSession(state, request).token }),
  'api-key': (state, request) => issueKey(state, { ...request, subject: required(request, 'subject') }),
  m2m: (state, request) => issueMachineToken(state, request),
  oauth: (state, request) => issueAccessToken(state, { ...request, userId: required(request, 'userId') }),
};

/** Undefined: there is no such kind. What is given back throws Error for a request that it cannot use. */
export const mintOf = (kind: string): Mint | undefined => lookUp(MINTS, kind);

function required(request: Fields, field: string): string {
  const value = request[field];
  if (typeof value !== 'string' || value === '') throw new Error(`${field} is missing.`);
  return value;
}
