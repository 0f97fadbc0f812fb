/** What the `bailiff` command asks of a running instance. Not part of Clerk's API; needs the secret key. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { issueAccessToken, issueKey, issueMachineToken, issueSession } from '../credentials.js';
import type { LocalResponse, World } from '../instance-state.js';
import { environmentOf } from '../environment-of.js';
import { jsonOf, type FrontendCall, type FrontendHandler } from './call.js';
import { failure, json } from './responses.js';
import type { RouteTable } from './route.js';
import { messageOf } from '../message-of.js';

type Fields = Readonly<Record<string, unknown>>;

const MINTS: Readonly<Record<string, (world: World, request: Fields) => Fields>> = {
  session: (world, request) => ({ object: 'token', token: issueSession(world, request).token }),
  'api-key': (world, request) => issueKey(world, { ...request, subject: required(request, 'subject') }),
  m2m: (world, request) => issueMachineToken(world, request),
  oauth: (world, request) => issueAccessToken(world, { ...request, userId: required(request, 'userId') }),
};

/** Lets in whoever holds the secret key. */
const withKey =
  (answer: (call: FrontendCall) => LocalResponse): FrontendHandler =>
  (call) =>
    holdsSecretKey(call.world, call.request.headers['authorization'])
      ? answer(call)
      : failure(401, 'clerk_key_invalid', 'The secret key is not the one of this instance.');

function mint(call: FrontendCall): LocalResponse {
  const { world, params } = call;
  const kind = params['kind'] ?? '';
  const issue = Object.hasOwn(MINTS, kind) ? MINTS[kind] : undefined;
  if (issue === undefined) return failure(404, 'resource_not_found', 'There is no such kind of credential.');
  try {
    return json(issue(world, jsonOf(call)), 201);
  } catch (error) {
    return failure(422, 'form_param_invalid', messageOf(error));
  }
}

function required(request: Fields, field: string): string {
  const value = request[field];
  if (typeof value !== 'string' || value === '') throw new Error(`${field} is missing.`);
  return value;
}

function holdsSecretKey(world: World, authorization = ''): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(authorization), digest(`Bearer ${world.secretKey}`));
}

function showEnvironment({ world }: FrontendCall): LocalResponse {
  return json({ env: { ...environmentOf(world), CLERK_SIGN_IN_URL: `${world.frontendApiUrl}/sign-in` } });
}

export const controlRoutes: RouteTable = {
  'POST /__bailiff/tokens/:kind': withKey(mint),
  'GET /__bailiff/env': withKey(showEnvironment),
  'GET /__bailiff/snapshot': withKey(({ world }) => json(world.dump())),
};
