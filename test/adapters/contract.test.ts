/** One contract for every framework, over real HTTP. */
import { describe } from 'vitest';
import { answers } from './contract/answers.js';
import { callers } from './contract/callers.js';
import { headers } from './contract/headers.js';
import { audience } from './contract/audience.js';
import { sources } from './contract/sources.js';
import { mounts } from './contract/mounts.js';
import { middleware } from './contract/middleware.js';
import { requests } from './contract/requests.js';
import { frameworks } from './frameworks.js';

describe.each(frameworks)('$name', (framework) => {
  describe('answers', () => answers(framework));
  describe('callers', () => callers(framework));
  describe('middleware', () => middleware(framework));
  describe('mounts', () => mounts(framework));
  describe('sources', () => sources(framework));
  describe('audience', () => audience(framework));
  describe('headers', () => headers(framework));
  describe('requests', () => requests(framework));
});
