/** Compiled, never run: what `authenticateUpgrade` says of the caller whom its requirement lets in. */
import { anyOf, authenticateUpgrade, type Authenticator, type IncomingUpgrade, type UpgradeOptions } from 'bailiff';
import type { ApiKeyAuth, SignedInSession } from 'bailiff';
import type { IncomingMessage } from 'node:http';
import { expectType } from './expect-type.js';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? [] : [never];
/** Compiles only if the value has exactly this type. */
declare function is<A>(): <B>(value: B, ...same: Same<A, B>) => void;

export async function upgrades(authenticator: Authenticator, request: IncomingMessage): Promise<void> {
  const user = await authenticateUpgrade(authenticator, request);
  // @ts-expect-error it may be refused
  expectType<string>(user.auth.userId);
  if (user.allowed) is<SignedInSession>()(user.auth);
  else expectType<number>(user.status);

  const origins = await authenticateUpgrade(authenticator, request, { allowedOrigins: ['https://app.example'] });
  if (origins.allowed) is<string>()(origins.auth.userId);

  const key = await authenticateUpgrade(authenticator, request, {
    allowedOrigins: ['https://app.example'],
    requirement: {
      token: 'api_key',
      check: (auth, upgrade) => {
        is<ApiKeyAuth>()(auth);
        return upgrade.headers['x-room'] === auth.name;
      },
    },
  });
  if (key.allowed) is<ApiKeyAuth>()(key.auth);

  const either = await authenticateUpgrade(authenticator, request, {
    requirement: anyOf({ role: 'org:admin' }, { token: 'api_key', scope: 'rooms:read' }),
  });
  if (either.allowed) is<SignedInSession | ApiKeyAuth>()(either.auth);

  // @ts-expect-error a misspelt key is no requirement
  await authenticateUpgrade(authenticator, request, { requirement: { role: 'org:admin', permision: 'org:a:b' } });
  // @ts-expect-error no such option
  await authenticateUpgrade(authenticator, request, { allowedOrigin: ['https://app.example'] });
}

/** Options that are not written out say nothing about the caller. */
export async function wide(
  authenticator: Authenticator,
  request: IncomingUpgrade,
  options: UpgradeOptions,
): Promise<void> {
  const decision = await authenticateUpgrade(authenticator, request, options);
  // @ts-expect-error any kind of caller
  if (decision.allowed) expectType<string>(decision.auth.userId);
  if (decision.allowed && decision.auth.tokenType === 'session_token') is<string>()(decision.auth.userId);
}
