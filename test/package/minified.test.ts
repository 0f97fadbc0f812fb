/** What survives in an application's bundle. */
import { build } from 'esbuild';
import { join } from 'node:path';
import { expect, it } from 'vitest';

it('errors keep their names when a minifier renames their classes', async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: `
        export { AuthUnavailableError, ConfigurationError, TokenVerificationError } from './errors.js';
        export { BackendApiError, InvalidArgumentError } from './api/errors.js';
        export { WebhookVerificationError } from './webhooks/errors.js';`,
      resolveDir: join(import.meta.dirname, '../../src'),
      loader: 'ts',
    },
    ...{ bundle: true, minify: true, write: false, format: 'esm' },
  });
  const code = outputFiles[0]!.text;
  expect(code).not.toMatch(/class \w*Error\b/);
  const classes = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as Record<
    string,
    new (...args: string[]) => Error
  >;
  const names = Object.entries(classes).map(([name, Class]) => [name, new Class('payload-invalid').name]);
  expect(names).toHaveLength(6);
  for (const [exported, name] of names) expect(name).toBe(exported);
});
