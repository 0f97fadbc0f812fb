/** Variables of a front end, under the names by which frameworks let them into a page. None of them is a secret. */

/** What a framework puts before the name of a variable that pages may see. */
const PREFIXES = {
  vite: 'VITE_',
  'react-router': 'VITE_',
  'tanstack-start': 'VITE_',
  next: 'NEXT_PUBLIC_',
  nuxt: 'NUXT_PUBLIC_',
  astro: 'PUBLIC_',
  sveltekit: 'PUBLIC_',
} as const;

export type FrontEnd = keyof typeof PREFIXES;
export const FRONT_ENDS = Object.keys(PREFIXES) as readonly FrontEnd[];

/**
 * The variables of a front end, named as its framework lets them into a page: `VITE_CLERK_PUBLISHABLE_KEY`, `NEXT_PUBLIC_CLERK_PROXY_URL` and
 * so on. No secret is among them.
 *
 * @param frontEnd the framework
 * @param options `proxyUrl`: where the page reaches the Frontend API, by default `/__clerk` of its own server; `clerk.frontendApiUrl`, or
 *   another address of the instance, where it asks the instance itself: then where the scripts are comes along
 * @throws TypeError for a framework that is not known, or a `proxyUrl` that is neither a path nor an http address
 *
 * @example
 * ```ts
 * import type { LocalInstance } from 'bailiff-local';
 * declare const clerk: LocalInstance;
 *
 * Object.assign(process.env, clerk.env, clerk.frontEndEnv('next'));
 * ```
 */
export type FrontEndEnv = (
  frontEnd: FrontEnd,
  options?: { readonly proxyUrl?: string },
) => Readonly<Record<string, string>>;

/** The path at which `frontendApiProxy` of a server shows the Frontend API. */
export const PROXY_PATH = '/__clerk';

/** @throws TypeError as {@link FrontEndEnv} does */
export function frontEndEnv(publishableKey: string, frontEnd: FrontEnd, proxyUrl: string): Record<string, string> {
  if (!Object.hasOwn(PREFIXES, frontEnd)) throw new TypeError(`A front end is one of: ${FRONT_ENDS.join(', ')}.`);
  const isAddress = URL.canParse(proxyUrl) && /^https?:$/.test(new URL(proxyUrl).protocol);
  if (!isAddress && !/^\/[^/]/.test(proxyUrl)) throw new TypeError('proxyUrl is a path (/__clerk) or an http address.');
  const scripts = `${proxyUrl.replace(/\/+$/, '')}/npm/@clerk`;
  const variables = {
    CLERK_PUBLISHABLE_KEY: publishableKey,
    CLERK_PROXY_URL: proxyUrl,
    ...(isAddress && {
      CLERK_JS_URL: `${scripts}/clerk-js@6/dist/clerk.browser.js`,
      CLERK_UI_URL: `${scripts}/ui@1/dist/ui.browser.js`,
    }),
    CLERK_TELEMETRY_DISABLED: '1',
  };
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [PREFIXES[frontEnd] + name, value]));
}
