/** One contract for every framework, over real HTTP. */
import { describe } from 'vitest';
import { answers } from './contract/answers.js';
import { callbacks } from './contract/callbacks.js';
import { callers } from './contract/callers.js';
import { headers } from './contract/headers.js';
import { laterLooks } from './contract/later-looks.js';
import { audience } from './contract/audience.js';
import { severalCookies } from './contract/several-cookies.js';
import { sources } from './contract/sources.js';
import { mounts } from './contract/mounts.js';
import { middleware } from './contract/middleware.js';
import { redirects } from './contract/redirects.js';
import { publicUrls } from './contract/public-url.js';
import { requests } from './contract/requests.js';
import { rotations } from './contract/rotations.js';
import { webhooks } from './contract/webhooks.js';
import { wire } from './contract/wire.js';
import { frameworks } from './frameworks.js';

describe.each(frameworks)('$name', (framework) => {
  describe('answers', () => answers(framework));
  describe('callbacks', () => callbacks(framework));
  describe('callers', () => callers(framework));
  describe('later looks', () => laterLooks(framework));
  describe('middleware', () => middleware(framework));
  describe('mounts', () => mounts(framework));
  describe('several cookies of one name', () => severalCookies(framework));
  describe('sources', () => sources(framework));
  describe('audience', () => audience(framework));
  describe('headers', () => headers(framework));
  describe('redirect: true', () => redirects(framework));
  describe('publicUrl', () => publicUrls(framework));
  describe('requests', () => requests(framework));
  describe('rotations', () => rotations(framework));
  describe('verifyWebhook', () => webhooks(framework));
  describe('the wire', () => wire(framework));
});
