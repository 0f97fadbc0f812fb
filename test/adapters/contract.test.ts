/** One contract for every framework, over real HTTP. */
import { describe } from 'vitest';
import { answers } from './contract/answers.js';
import { callers } from './contract/callers.js';
import { headers } from './contract/headers.js';
import { middleware } from './contract/middleware.js';
import { requests } from './contract/requests.js';
import { webhooks } from './contract/webhooks.js';
import { wire } from './contract/wire.js';
import { frameworks } from './frameworks.js';

describe.each(frameworks)('$name', (framework) => {
  describe('answers', () => answers(framework));
  describe('callers', () => callers(framework));
  describe('middleware', () => middleware(framework));
  describe('headers', () => headers(framework));
  describe('requests', () => requests(framework));
  describe('verifyWebhook', () => webhooks(framework));
  describe('the wire', () => wire(framework));
});
