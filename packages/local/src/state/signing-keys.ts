import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import type { Random } from './random.js';
import { createRsaKey } from './rsa-key.js';
import type { Keys, SigningKey } from './instance-state.js';

/** A key as a snapshot holds it. `retiresAt` (ms): when it leaves the JWKS; null while nobody has said. */
export interface StoredKey {
  readonly kid: string;
  readonly privatePem: string;
  readonly retiresAt: number | null;
}

export interface KeyRing extends Keys {
  /** @param graceMs how long the old key stays in the JWKS; without it until `retire()` */
  rotate(graceMs?: number): SigningKey;
  /** Takes old keys out of the JWKS now: the one named, or all but the current one. */
  retire(kid?: string): void;
  dump(): StoredKey[];
  restore(stored: readonly StoredKey[]): void;
}

interface HeldKey extends SigningKey {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  retiresAt: number | null;
}

type Json = Readonly<Record<string, unknown>>;

/** The instance's RS256 keys. The newest signs; older ones are published until they retire. */
export function createKeyRing(parts: { random: Random; newKeyId: () => string; now: () => number }): KeyRing {
  const { random, newKeyId, now } = parts;
  const create = (): HeldKey => hold(newKeyId(), createRsaKey(random));
  /** Newest first. The first one is made when it is asked for: an instance restored from a snapshot never needs it. */
  let held: HeldKey[] = [];

  const current = (): HeldKey => {
    if (held.length === 0) held = [create()];
    return held[0] as HeldKey;
  };
  const published = (): HeldKey[] => {
    const time = now();
    current();
    return held.filter((key, index) => index === 0 || key.retiresAt === null || key.retiresAt > time);
  };

  return {
    get current() {
      return current();
    },
    jwks: () => ({ keys: published().map((key) => key.publicJwk) }),
    sign(header, payload) {
      const key = current();
      const input = `${encode({ alg: 'RS256', kid: key.kid, typ: 'JWT', ...header })}.${encode(payload)}`;
      return `${input}.${sign('sha256', Buffer.from(input), key.privateKey).toString('base64url')}`;
    },
    open(token) {
      const [head, body, signature, ...rest] = token.split('.');
      if (head === undefined || body === undefined || signature === undefined || rest.length > 0) return null;
      const header = parse(head);
      const payload = parse(body);
      if (header === null || payload === null || header['alg'] !== 'RS256') return null;
      const key = published().find((candidate) => candidate.kid === header['kid']);
      if (key === undefined) return null;
      const input = Buffer.from(`${head}.${body}`);
      return verify('sha256', input, key.publicKey, Buffer.from(signature, 'base64url')) ? { header, payload } : null;
    },
    rotate(graceMs) {
      current().retiresAt = graceMs === undefined ? null : now() + graceMs;
      held = [create(), ...held];
      return current();
    },
    retire(kid) {
      held = held.filter((key, index) => index === 0 || (kid !== undefined && key.kid !== kid));
    },
    dump() {
      current();
      return held.map(({ kid, privatePem, retiresAt }) => ({ kid, privatePem, retiresAt }));
    },
    restore(stored) {
      held = stored.map(({ kid, privatePem, retiresAt }) => {
        // Most often the keys are the ones we have: parsing a PEM takes longer than all the rest of a reset.
        const known = held.find((key) => key.kid === kid && key.privatePem === privatePem);
        const key = known ?? hold(kid, createPrivateKey(privatePem));
        key.retiresAt = retiresAt;
        return key;
      });
    },
  };
}

function hold(kid: string, privateKey: KeyObject): HeldKey {
  const publicKey = createPublicKey(privateKey);
  const { n, e } = publicKey.export({ format: 'jwk' });
  return {
    kid,
    privateKey,
    publicKey,
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    publicJwk: { use: 'sig', kty: 'RSA', kid, alg: 'RS256', n, e },
    retiresAt: null,
  };
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function parse(part: string): Json | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null;
  } catch {
    return null;
  }
}
