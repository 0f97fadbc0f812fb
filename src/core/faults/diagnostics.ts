/**
 * What is wrong with the configuration of a server, found out by what Clerk answers or browsers send. Each finding is told once, to
 * the logger and to the listener, and stands in `health()` until it is mended. The words are loaded with the first finding.
 */
import type { DecodedJwt } from '../../verify/decode.js';
import { runBehind } from '../../verify/background.js';
import type { WaitUntil } from '../../ports.js';
import type { Diagnostic } from '../../types.js';
import type { Config } from '../config/config.js';

/** Anybody can send a token that looks like one of another instance, and each look asks the Frontend API. */
const LOOK_EVERY_MS = 60_000;

/** Reasons of a token that none of this server's keys has signed. */
const FOREIGN: ReadonlySet<unknown> = new Set(['jwk-kid-mismatch', 'token-invalid-signature']);

/** A verdict on the token. */
interface Suspicious {
  readonly outcome: string;
  readonly reason?: string;
}

class Diagnostics {
  readonly #config: Config;
  readonly #found = new Set<Diagnostic>();
  #lookedAt = -Infinity;

  constructor(config: Config) {
    this.#config = config;
  }

  get found(): readonly Diagnostic[] {
    return [...this.#found];
  }

  /** Never throws, and nobody waits for it. */
  report(diagnostic: Diagnostic, waitUntil?: WaitUntil): void {
    if (this.#found.has(diagnostic)) return;
    this.#found.add(diagnostic);
    const told = import('./diagnostic-texts.js').then(({ tell }) => tell(diagnostic, this.#config));
    runBehind(told, waitUntil);
  }

  mended(diagnostic: Diagnostic): void {
    this.#found.delete(diagnostic);
  }

  /** A token that no key of this server has signed: has the Frontend API of the publishable key? Then the keys are of two instances. */
  suspect({ outcome, reason }: Suspicious, jwt: DecodedJwt | null, waitUntil: WaitUntil): void {
    if (outcome !== 'refused' || !FOREIGN.has(reason)) return;
    const config = this.#config;
    const host = config.publishableKey?.frontendApiHost;
    if (jwt === null || host === undefined || this.#found.has('instance-mismatch')) return;
    const { iss } = jwt.payload;
    if (iss !== undefined && iss !== `https://${host}`) return;
    const time = config.now();
    if (time >= this.#lookedAt && time - this.#lookedAt < LOOK_EVERY_MS) return;
    this.#lookedAt = time;
    const looked = import('./instance-check.js').then(async ({ isSignedBy }) => {
      if (await isSignedBy(config, host, jwt)) this.report('instance-mismatch');
    });
    runBehind(looked, waitUntil);
  }
}

const known = new WeakMap<Config, Diagnostics>();

/** Those of an authenticator, by its configuration. */
export function diagnosticsOf(config: Config): Diagnostics {
  let found = known.get(config);
  if (found === undefined) known.set(config, (found = new Diagnostics(config)));
  return found;
}
