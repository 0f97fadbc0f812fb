import { request as httpRequest } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startLocalInstance, type LocalInstance } from 'bailiff-local';

/** Clerk's frameworks ask here for keys when they have none ("keyless mode"): the one operation that gives the secret key to whoever asks. */
const PATHS = ['/v1/accountless_applications', '/accountless_applications/complete'];

let clerk: LocalInstance;

beforeEach(async () => {
  clerk = await startLocalInstance({ host: '0.0.0.0', force: true });
});

afterEach(() => clerk.close());

const post = (path: string, headers: Record<string, string>) =>
  new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
    const { port } = new URL(clerk.apiUrl);
    const host = `127.0.0.1:${port}`;
    httpRequest(
      { host: '127.0.0.1', port, path, method: 'POST', headers: { host, ...headers }, agent: false },
      (answer) => {
        let text = '';
        answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
        answer.on('end', () => resolve({ status: answer.statusCode, text }));
      },
    )
      .on('error', reject)
      .end();
  });

describe('keyless mode', () => {
  it('gives the keys to a program of this machine', async () => {
    for (const path of PATHS) {
      const { status, text } = await post(path, {});
      expect([status, JSON.parse(text)]).toMatchObject([200, { secret_key: clerk.secretKey }]);
    }
    const answer = await clerk.fetch(`${clerk.apiUrl}${PATHS[0] ?? ''}`, { method: 'POST' });
    expect(answer.status).toBe(200);
  });

  it.each([
    ['host', '192.168.1.7:4000'],
    ['x-forwarded-for', '203.0.113.9'],
    ['x-forwarded-host', 'abc.tunnel.example'],
    ['forwarded', 'for=203.0.113.9'],
    ['via', '1.1 proxy'],
    ['clerk-proxy-url', 'https://app.example/__clerk'],
    ['origin', 'https://evil.example'],
  ])('gives them to nobody who comes from elsewhere (%s)', async (name, value) => {
    for (const path of PATHS) {
      const { status, text } = await post(path, { [name]: value });
      expect(status, path).toBe(401);
      expect(text).not.toContain(clerk.secretKey);
      expect(JSON.parse(text)).toMatchObject({ errors: [{ code: 'authentication_invalid' }] });
    }
  });
});
