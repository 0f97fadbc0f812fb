export type { Environment } from './environment.js';
import type { AuthenticatorOptions } from '../../types.js';
import type { Config } from './config.js';
import type { Environment } from './environment.js';
export function resolveConfig(options: AuthenticatorOptions = {}, env?: Environment): Config {
  void options;
  void env;
  throw new Error('not written yet');
}
