import { expect, test } from 'vitest';
import { runInBackground } from '../../src/verify/background.js';

test.each([undefined, new Error('failed')])('waitUntil resolves for a task that fails with %s', async (reason) => {
  const given: Promise<unknown>[] = [];
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- user code rejects with what it likes
  runInBackground(Promise.reject(reason), (task) => void given.push(task));
  // Nobody looks at this one: a rejection that is left over fails the run.
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the same
  runInBackground(Promise.reject(reason), undefined);
  expect(await Promise.all(given)).toEqual([undefined]);
});
