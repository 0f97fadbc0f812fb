/** The reasons for which a webhook is refused. One table, so that code, meaning and remedy stay together. */
import { BailiffError } from '../errors.js';

const REASONS = {
  'raw-body-required': [
    'The webhook body was parsed or read before it could be verified: the signature covers the exact bytes that were sent.',
    "Verify before any JSON parser runs (Express: `express.raw({ type: 'application/json' })` on this route), or keep the raw text.",
  ],
  'body-too-large': [
    'The webhook body is larger than any that Clerk sends.',
    'Check that the sender is Clerk; if it is, raise the option maxBodyBytes.',
  ],
  'headers-missing': [
    'The request has no webhook signature headers.',
    'Check that the sender is Clerk, and that a proxy in front passes svix-id, svix-timestamp and svix-signature on.',
  ],
  'timestamp-invalid': ['The svix-timestamp header is not a time in seconds.', 'Check that the sender is Clerk.'],
  'timestamp-too-old': [
    'The webhook was signed too long ago: it may be a replay of a recorded request.',
    'Check the clock of this server. A message that is replayed from the dashboard is signed anew and passes.',
  ],
  'timestamp-too-new': ['The webhook was signed in the future.', 'Check the clock of this server.'],
  'signature-mismatch': [
    'No signature fits the body and the signing secret.',
    'Check that CLERK_WEBHOOK_SIGNING_SECRET is the secret of this endpoint, and that nothing changes the body on its way. ' +
      'On AWS Lambda, a body with isBase64Encoded has to be decoded from base64 first.',
  ],
  'payload-invalid': [
    'The webhook body is signed, but it is not an event.',
    'Check which service holds this signing secret.',
  ],
} as const satisfies Record<string, readonly [meaning: string, remedy: string]>;

export type WebhookErrorCode = keyof typeof REASONS;

/**
 * The webhook is not to be trusted: answer `status` (400; 413 for `body-too-large`) and do nothing else. Never 2xx, else
 * it counts as delivered.
 * Holds nothing of the request and nothing of the secret.
 *
 * @example
 * ```ts
 * import { verifyWebhook, WebhookVerificationError } from 'bailiff/webhooks';
 *
 * export async function receive(request: Request): Promise<Response> {
 *   try {
 *     console.log((await verifyWebhook(request)).type);
 *     return new Response(null, { status: 204 });
 *   } catch (error) {
 *     if (!(error instanceof WebhookVerificationError)) throw error;
 *     return Response.json({ error: error.code }, { status: error.status });
 *   }
 * }
 * ```
 */
export class WebhookVerificationError extends BailiffError {
  override readonly name = 'WebhookVerificationError';
  protected static override readonly bailiffClass = 'WebhookVerificationError';
  readonly code: WebhookErrorCode;
  readonly status: 400 | 413;
  /** The remedy, in a sentence. */
  readonly remedy: string;

  constructor(code: WebhookErrorCode, detail?: string, options?: { cause?: unknown }) {
    const [meaning, remedy] = REASONS[code];
    super(`${detail ?? meaning} ${remedy} (code=${code})`, code, options);
    this.code = code;
    this.status = code === 'body-too-large' ? 413 : 400;
    this.remedy = remedy;
  }
}
