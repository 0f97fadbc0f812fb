import { isIP } from 'node:net';

/**
 * Why an instance refuses to start; `force: true` overrules it.
 *
 * @example
 * ```ts
 * import { startLocalInstance, UnsafeInstanceError } from 'bailiff-local';
 *
 * await startLocalInstance({ host: '0.0.0.0' }).catch((error: unknown) => {
 *   console.log(error instanceof UnsafeInstanceError); // true: others could reach it
 * });
 * ```
 */
export class UnsafeInstanceError extends Error {
  override readonly name = 'UnsafeInstanceError';
}

/** Names under which this machine reaches itself and nobody else does (RFC 6761 for `localhost`). */
export function isLoopbackHost(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return bare === 'localhost' || bare.endsWith('.localhost') || bare === '::1' || /^127(\.\d{1,3}){3}$/.test(bare);
}

/** Names of local networks: without a dot, as containers have them, or of a domain that public DNS does not have (RFC 6761, 6762, 8375). */
const LOCAL_NAME = /^[\w-]+$|\.(?:corp|home|home\.arpa|internal|lan|local|localdomain|svc|test)$/i;

/**
 * Whether a request may name this host. A page on the internet can make a name of its own point at this machine (DNS rebinding), and would sign in as
 * it likes: so a name has to be one that nobody can own. With `force`, other machines may ask as well, by an address or a name of their network.
 */
export function answersTo(name: string, { host, force }: { readonly host: string; readonly force: boolean }): boolean {
  if (isLoopbackHost(name)) return true;
  return force && (name === host || isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0 || LOCAL_NAME.test(name));
}

/**
 * An offline instance signs in whoever asks: it must not stand where strangers reach it, nor pass for a real one.
 *
 * @throws UnsafeInstanceError
 */
export function assertSafe(facts: {
  readonly host: string;
  readonly secretKey: string | undefined;
  readonly nodeEnv: string | undefined;
  readonly force: boolean;
}): void {
  if (facts.force) return;
  if (facts.nodeEnv === 'production') {
    throw new UnsafeInstanceError(
      'A local instance does not start with NODE_ENV=production: it would sign in anyone. Set `force: true` if you mean it.',
    );
  }
  if (!isLoopbackHost(facts.host)) {
    throw new UnsafeInstanceError(
      `A local instance listens on loopback alone, not on ${facts.host}. Set \`force: true\` if you mean it.`,
    );
  }
  if (facts.secretKey !== undefined && /^(sk_)?live_/.test(facts.secretKey)) {
    throw new UnsafeInstanceError(
      'This secret key looks like one of a live instance; a local instance has no use for it. Set `force: true` if you mean it.',
    );
  }
}
