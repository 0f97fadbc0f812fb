/** Where a visitor is sent to sign in or up, with the way back. */
import type { Config } from '../config/config.js';

export interface SignInLink {
  /** The session is pending: its unfinished tasks come first. */
  readonly pending?: boolean;
  /** Development, satellite: the browser's dev browser token, carried to the other domain. */
  readonly devBrowserToken?: string | null;
}

/** The sign-in page with the way back, or null when neither a page nor a publishable key is configured. */
export function signInUrl(config: Config, returnTo: string, link: SignInLink = {}): string | null {
  void config;
  void returnTo;
  void link;
  return null;
}

/** The sign-up page with the way back, or null when neither a page nor a publishable key is configured. */
export function signUpUrl(config: Config, returnTo: string, link: SignInLink = {}): string | null {
  void config;
  void returnTo;
  void link;
  return null;
}
