/** Turns the configured secrets into signers. Every secret is checked before a message is read. */
import { Webhook } from 'standardwebhooks';
import { readOption } from '../ground/connection.js';
import type { Environment } from '../environment.js';
import { ConfigurationError } from '../errors.js';
import { checkWebhookSecret } from '../ground/keys.js';
import { text } from '../ground/option-checks.js';

const NAME = { option: 'signingSecret', variable: 'CLERK_WEBHOOK_SIGNING_SECRET' };

/**
 * @param configured A secret, or several of which any may fit (the old and the new one while a secret is being rotated);
 *   text may hold several, parted by spaces or commas. Nothing: the variable.
 * @throws ConfigurationError if there is none, or one that cannot be a signing secret. It does not repeat the secret.
 */
export function signersOf(
  configured: string | readonly string[] | null | undefined,
  env?: Environment,
): readonly Webhook[] {
  const listed = Array.isArray(configured)
    ? (configured as readonly unknown[]).map((secret) => text(NAME, secret))
    : [readOption(NAME, configured, env) ?? ''];
  const secrets = listed.flatMap((item) => item.split(/[\s,]+/)).filter((secret) => secret !== '');
  if (secrets.length === 0) {
    throw new ConfigurationError(
      NAME.option,
      'There is no secret to verify webhooks with.',
      `Set ${NAME.variable} (or the option signingSecret) to the endpoint's signing secret, whsec_…, from the Clerk dashboard.`,
    );
  }
  return secrets.map((secret) => signerOf(text(NAME, secret)));
}

function signerOf(secret: string): Webhook {
  checkWebhookSecret(NAME, secret);
  try {
    return new Webhook(secret);
  } catch {
    // The cause is left out: it could quote the secret.
    throw new ConfigurationError(
      NAME.option,
      'The webhook signing secret is not whsec_ followed by base64.',
      `Copy the endpoint's signing secret from the Clerk dashboard into ${NAME.variable}.`,
    );
  }
}
