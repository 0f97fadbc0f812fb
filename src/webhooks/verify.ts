/** Checks signature and age of a webhook's raw body by the Standard Webhooks scheme, with Svix's header names. */
import type { Environment } from '../environment.js';
import { headerLookup, type HeaderLookup, type HeaderSource } from '../ground/headers.js';
import { checkOptionNames, type OptionNames } from '../ground/option-names.js';
import type { Clock } from '../ports.js';
import { bytesOf } from '../ground/realm.js';
import type { Option } from '../types.js';
import { WebhookVerificationError } from './errors.js';
import type { WebhookEvent } from './events.js';
import { signersOf } from './secrets.js';
import { isRecord } from '../ground/is-record.js';

export interface VerifyWebhookOptions {
  /**
   * The secret of the endpoint (`whsec_…`); several while a secret is being rotated.
   *
   * @env CLERK_WEBHOOK_SIGNING_SECRET
   */
  readonly signingSecret?: Option<string | readonly string[]>;
  /**
   * How far the signing time may be from now, either way.
   *
   * @default 300
   * @unit s
   */
  readonly toleranceSeconds?: Option<number>;
  /**
   * The largest body. A larger one is refused with `body-too-large`, if possible before it is read.
   *
   * @default 1,000,000
   * @unit bytes
   */
  readonly maxBodyBytes?: Option<number>;
  /**
   * The clock, in milliseconds since the epoch: for tests.
   *
   * @default `Date.now`
   * @unit ms
   */
  readonly now?: Option<Clock>;
}

const NAMES: OptionNames<VerifyWebhookOptions> = {
  signingSecret: true,
  toleranceSeconds: true,
  maxBodyBytes: true,
  now: true,
};

/** One message as it arrived. */
export interface WebhookPayload {
  readonly headers: HeaderSource;
  /** The raw body; anything but text or bytes is refused with `raw-body-required`. */
  readonly body: unknown;
}

/** Svix's names, as Clerk sends them; then the names of the Standard Webhooks specification. */
const HEADERS = {
  id: ['svix-id', 'webhook-id'],
  timestamp: ['svix-timestamp', 'webhook-timestamp'],
  signature: ['svix-signature', 'webhook-signature'],
} as const;

/**
 * One signature of several. Blanks separate them in one header; commas, or both, separate joined headers.
 */
const SIGNATURE = /(?<![^\s,])v1,[A-Za-z0-9+/]+={0,2}(?![^\s,])/g;

/** Clerk's webhooks are a few kilobytes; an unsigned sender gets no more of our memory than this. */
const MAX_BODY_BYTES = 1_000_000;

/** A webhook whose headers passed the first checks, so that its body is worth reading. */
export interface OpenedWebhook {
  /** Read no more of the body than this. */
  readonly maxBodyBytes: number;
  /** @throws WebhookVerificationError */
  verify(body: unknown): WebhookEvent;
}

/**
 * Runs the cheap checks: secret, headers, time and announced length. A caller that reads the body calls this first, so that a
 * stranger's upload is refused before a byte of it is kept.
 *
 * @param env looked at instead of `process.env` (the bindings of a Worker)
 * @throws WebhookVerificationError, ConfigurationError as {@link verifyWebhookPayload}
 */
export function openWebhook(
  headers: HeaderSource,
  options: VerifyWebhookOptions = {},
  env?: Environment,
): OpenedWebhook {
  checkOptionNames(options, NAMES);
  const header = headerLookup(headers);
  const signers = signersOf(options.signingSecret, env);
  const { id, timestamp, signature } = readHeaders(header);
  const now = (options.now ?? Date.now)();
  // A fault of this server, not of the sender.
  if (!Number.isFinite(now)) throw new TypeError('`now` gave no number of milliseconds.');
  const signedAt = checkTimestamp(timestamp, now, options.toleranceSeconds ?? 300);
  const maxBodyBytes = options.maxBodyBytes ?? MAX_BODY_BYTES;
  const announced = header('content-length')?.trim() ?? '';
  // `!(a <= b)`, here and below: a limit of NaN refuses.
  if (/^\d+$/.test(announced) && !(Number(announced) <= maxBodyBytes)) {
    throw new WebhookVerificationError('body-too-large');
  }
  return {
    maxBodyBytes,
    verify(bytes) {
      const body = rawText(bytes, maxBodyBytes);
      const given = signature.match(SIGNATURE) ?? [];
      const expected = signers.map((signer) => signer.sign(id, signedAt, body));
      // Every pair is compared, so that time does not tell which secret or which signature fits.
      const fits = expected.flatMap((one) => given.map((other) => equalInConstantTime(one, other))).includes(true);
      if (!fits) throw new WebhookVerificationError('signature-mismatch');
      return readEvent(id, body);
    },
  };
}

/**
 * The decision behind every `verifyWebhook`: for a framework that hands over headers and raw body.
 *
 * @returns The event, with the `svix-id` as `id`: Clerk delivers at least once, so keep the ids you have handled.
 * @throws WebhookVerificationError if it is not to be trusted (answer its `status`); ConfigurationError if there is no
 *   usable secret, or an option is misspelt.
 *
 * @example
 * ```ts
 * import { verifyWebhookPayload } from 'bailiff/webhooks';
 *
 * export function handle(event: { headers: Record<string, string>; body: string }) {
 *   const { id, type } = verifyWebhookPayload({ headers: event.headers, body: event.body });
 *   console.log(id, type);
 * }
 * ```
 */
export function verifyWebhookPayload(payload: WebhookPayload, options: VerifyWebhookOptions = {}): WebhookEvent {
  return openWebhook(payload.headers, options).verify(payload.body);
}

function readHeaders(header: HeaderLookup): Record<keyof typeof HEADERS, string> {
  const read = (names: readonly string[]) => names.map((name) => header(name)?.trim()).find(Boolean) ?? '';
  const found = { id: read(HEADERS.id), timestamp: read(HEADERS.timestamp), signature: read(HEADERS.signature) };
  const missing = (['id', 'timestamp', 'signature'] as const)
    .filter((key) => found[key] === '')
    .map((key) => HEADERS[key][0]);
  if (missing.length > 0) {
    throw new WebhookVerificationError('headers-missing', `The request lacks the header ${missing.join(', ')}.`);
  }
  return found;
}

function rawText(body: unknown, maxBytes: number): string {
  if (typeof body === 'string') {
    if (!isWithin(body, maxBytes)) throw new WebhookVerificationError('body-too-large');
    return body;
  }
  const bytes = bytesOf(body);
  if (bytes === null) throw new WebhookVerificationError('raw-body-required');
  if (!(bytes.byteLength <= maxBytes)) throw new WebhookVerificationError('body-too-large');
  try {
    // A byte order mark is part of what was signed; invalid UTF-8 was never signed by Clerk.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new WebhookVerificationError('signature-mismatch');
  }
}

/** A UTF-16 unit is one to three bytes of UTF-8: only a text between the two is written out to be measured. */
function isWithin(text: string, maxBytes: number): boolean {
  if (!(text.length <= maxBytes)) return false;
  return text.length * 3 <= maxBytes || new TextEncoder().encode(text).byteLength <= maxBytes;
}

function checkTimestamp(text: string, now: number, toleranceSeconds: number): Date {
  if (!/^\d{1,12}(\.\d+)?$/.test(text)) throw new WebhookVerificationError('timestamp-invalid');
  const seconds = Math.floor(Number(text));
  const age = Math.floor(now / 1000) - seconds;
  // Written so that a tolerance that is not a number refuses.
  if (!(age <= toleranceSeconds)) throw new WebhookVerificationError('timestamp-too-old');
  if (!(-age <= toleranceSeconds)) throw new WebhookVerificationError('timestamp-too-new');
  return new Date(seconds * 1000);
}

/** The lengths are public: a signature always has the same. */
function equalInConstantTime(one: string, other: string): boolean {
  if (one.length !== other.length) return false;
  let difference = 0;
  for (let i = 0; i < one.length; i++) difference |= one.charCodeAt(i) ^ other.charCodeAt(i);
  return difference === 0;
}

function readEvent(id: string, body: string): WebhookEvent {
  const parsed = parse(body);
  if (!isRecord(parsed) || typeof parsed['type'] !== 'string' || !isRecord(parsed['data'])) {
    throw new WebhookVerificationError('payload-invalid');
  }
  return { ...parsed, id } as unknown as WebhookEvent;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
