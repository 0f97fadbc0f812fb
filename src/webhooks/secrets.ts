/** From what was configured to what signs: one or several secrets, checked before any message is looked at. */
import { Webhook } from 'standardwebhooks';
import { ConfigurationError } from '../errors.js';

const VARIABLE = 'CLERK_WEBHOOK_SIGNING_SECRET';

/**
 * @param configured A secret, or several of which any may fit (the old and the new one while a secret is being rotated);
 *   text may hold several, parted by spaces or commas.
 * @throws ConfigurationError if there is none, or one that cannot be a signing secret. It does not repeat the secret.
 */
export function signersOf(configured: string | readonly string[] | undefined): readonly Webhook[] {
  const listed = typeof configured === 'string' ? [configured] : (configured ?? []);
  const secrets = listed.flatMap((text) => text.split(/[\s,]+/)).filter((secret) => secret !== '');
  if (secrets.length === 0) {
    throw new ConfigurationError(
      'signingSecret',
      'There is no secret to verify webhooks with.',
      `Set ${VARIABLE} (or the option signingSecret) to the endpoint's signing secret, whsec_…, from the Clerk dashboard.`,
    );
  }
  return secrets.map(signerOf);
}

function signerOf(secret: string): Webhook {
  try {
    return new Webhook(secret);
  } catch {
    // The cause is left out: it could quote the secret.
    throw new ConfigurationError(
      'signingSecret',
      'The webhook signing secret is not whsec_ followed by base64.',
      `Copy the endpoint's signing secret from the Clerk dashboard into ${VARIABLE}.`,
    );
  }
}
