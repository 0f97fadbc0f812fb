/** The dependencies of the session flow. */
import type { Verifier } from '../../verify/verifier.js';
import type { Backend } from '../backend-api/client.js';
import type { Config } from '../config/config.js';
import type { SignIn } from '../sign-in.js';

export interface SessionParts {
  readonly config: Config;
  readonly verifier: Verifier;
  /** Null without any key that the Backend API accepts: no refresh, no nonces. */
  readonly backend: Backend | null;
  /** Makes the outcome of a verified token. */
  readonly signIn: SignIn;
}
