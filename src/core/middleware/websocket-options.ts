/** The options of `authenticateUpgrade`, checked. */
import { ConfigurationError } from '../../errors.js';
import { checkOptionNames, type OptionNames } from '../../ground/option-names.js';
import type { GuardRequirement, Option } from '../../types.js';
import { origins } from '../config/checks.js';
import type { Config } from '../config/config.js';

export interface UpgradeOptions {
  /**
   * Origins of pages that may open a socket. A browser sends its cookies with every handshake, whoever wrote the page,
   * and no CORS rule stops it (RFC 6455 section 10.2).
   *
   * @default the authenticator's `authorizedParties`
   */
  readonly allowedOrigins?: Option<readonly string[]>;
  /**
   * What the caller must be, as for `requireAuth`.
   *
   * @default a signed-in user
   */
  readonly requirement?: GuardRequirement;
}

const NAMES: OptionNames<UpgradeOptions> = { allowedOrigins: true, requirement: true };

/**
 * Origins of pages that may open a socket: those that are given, else the authorized parties.
 *
 * @throws {ConfigurationError} if there is none, for an origin without a scheme, and for a name that is no option
 */
export function allowedOriginsOf(options: UpgradeOptions, config: Config): readonly string[] {
  checkOptionNames(options, NAMES);
  const given = options.allowedOrigins ?? null;
  if (given !== null) return origins({ option: 'allowedOrigins' }, given);
  if (config.authorizedParties.length > 0) return config.authorizedParties;
  const remedy = 'List the origins of the pages that may open a WebSocket.';
  throw new ConfigurationError('allowedOrigins', 'No origin may open a WebSocket.', remedy);
}
