/** What goes wrong during the soak, and how it ends. Each tells the oracle what it did. */
import type { Fault } from 'bailiff-local';
import type { createRandom } from '../fuzz/mutate.js';
import type { Credentials } from './credentials.js';
import type { Oracle } from './oracle.js';
import type { SoakEnvironment } from './environment.js';

const FAULTS: readonly Fault[] = [
  { status: 500 },
  { status: 503 },
  { status: 429, retryAfterSeconds: 5 },
  { status: 502, body: '<html>bad gateway</html>' },
  { status: 200, body: '{"keys":[{"kty":"RSA","n":"' },
  { reset: true },
  { reset: true, probability: 0.5 },
  { status: 500, probability: 0.3 },
  { operation: 'GetJWKS', status: 500 },
  { operation: 'GetJWKS', hang: true },
  { operation: 'verifyApiKey', status: 503 },
  { operation: 'verifyM2MToken', reset: true },
  { operation: 'verifyOAuthAccessToken', status: 429, retryAfterSeconds: 20 },
  { operation: 'RefreshSession', status: 500 },
];

type Mischief = (random: ReturnType<typeof createRandom>) => unknown;

export function createChaos(environment: SoakEnvironment, credentials: Credentials, oracle: Oracle) {
  const { clock } = environment;
  const advance = (ms: number) => environment.advance(ms);
  const ring = () => environment.clerk.state.keys;
  let faults: { stop(): void }[] = [];
  const counts: Record<string, number> = {};
  let latest: readonly string[] = [];

  const rotate = () => {
    const kid = environment.clerk.rotateSigningKey().kid;
    oracle.published(kid);
  };
  const retire = () => {
    const { current } = ring();
    for (const { kid } of ring().jwks().keys as readonly { kid: string }[])
      if (kid !== current.kid) oracle.withdrawn(kid);
    environment.clerk.retireSigningKeys();
  };

  /** Only what does not need the instance happens while it is away. */
  const WHENEVER: Readonly<Record<string, Mischief>> = {
    'clock forward, seconds': (random) => advance(random(20_000)),
    'clock forward, minutes': (random) => advance(random(400_000)),
    'clock forward, hours': (random) => (random(3) === 0 ? advance(random(3) * 3_000_000) : undefined),
    'clock back': async (random) => {
      const from = clock();
      await advance(-random(120_000));
      oracle.steppedBack(from);
    },
  };
  const WHILE_UP: Readonly<Record<string, Mischief>> = {
    ...WHENEVER,
    'key rotated': rotate,
    'key rotated, old keys withdrawn at once': () => {
      rotate();
      retire();
    },
    'old keys withdrawn': retire,
    revocation: () => credentials.revokeOne(),
    'new credentials': () => credentials.renew(),
    'slow answers': (random) => void faults.push(environment.clerk.fail({ delayMs: 1 + random(40), times: 20 })),
    'instance stopped': () => {
      oracle.disturbed = true;
      faults = [];
      return environment.stop();
    },
    ...Object.fromEntries(
      FAULTS.map((fault) => [
        `fault ${JSON.stringify(fault)}`,
        () => {
          oracle.disturbed = true;
          faults.push(environment.clerk.fail(fault));
        },
      ]),
    ),
  };

  return {
    counts,
    /** The last few strikes, for the report of a failure. */
    get latest() {
      return latest;
    },
    async strike(random: ReturnType<typeof createRandom>): Promise<void> {
      const possible = Object.entries(environment.isUp ? WHILE_UP : WHENEVER);
      const [name, act] = possible[random(possible.length)] as [string, Mischief];
      counts[name] = (counts[name] ?? 0) + 1;
      latest = [...latest.slice(-5), name];
      await act(random);
    },
    /** The world is whole again. Waits (by the clock) for as long as a `Retry-After` may ask at most. */
    async mend(): Promise<void> {
      for (const fault of faults) fault.stop();
      faults = [];
      if (!environment.isUp) {
        await environment.start();
        counts['instance restarted'] = (counts['instance restarted'] ?? 0) + 1;
      }
      await advance(Math.max(61_000, oracle.calmAt - clock()));
      // By the time of the first request the browser that has just signed in needs its token renewed.
      await credentials.renew();
      await advance(70_000);
    },
  };
}
