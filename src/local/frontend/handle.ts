/** The Frontend API of the offline instance: what browsers and OAuth clients talk to. A route table, and nothing else. */
import type { LocalRequest, LocalResponse, World } from '../world.js';

/** Paths that belong to the Frontend API whole, and those below which everything does. */
const EXACT = new Set([
  '/',
  '/sign-in',
  '/sign-up',
  '/sign-out',
  '/user',
  '/v1/client',
  '/v1/environment',
  '/v1/dev_browser',
]);
const BELOW = ['/.well-known/', '/oauth/', '/sign-in/', '/sign-up/', '/user/', '/v1/client/', '/v1/dev_browser/'];

/** Whether the Frontend API answers this path; all others are the Backend API's (`/v1/clients` and `/users` are). */
export function isFrontendPath(path: string): boolean {
  return EXACT.has(path) || BELOW.some((prefix) => path.startsWith(prefix));
}

/** Answers a request to the Frontend API. Never throws for anything that a client can send. */
export function handleFrontendRequest(_world: World, _request: LocalRequest): LocalResponse | Promise<LocalResponse> {
  return { status: 404, headers: [], body: '' };
}
