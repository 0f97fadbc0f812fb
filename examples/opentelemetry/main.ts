/** `npm run example:opentelemetry`: sends a few requests, and shows what was recorded of them. */
import { startLocalInstance } from 'bailiff-local';
import { createApp } from './app.js';
import { startTelemetry } from './telemetry.js';

const clerk = await startLocalInstance();
const telemetry = startTelemetry();
const { secretKey, publishableKey, apiUrl } = clerk;
const app = createApp({ secretKey, publishableKey, apiUrl });

const user = await clerk.createSessionToken({ userId: 'user_ada' });
const { secret } = await clerk.createApiKey({ subject: 'user_ada' });
const requests = [
  ['/me', user],
  ['/me', user], // the second time: remembered
  ['/reports', secret],
  ['/reports', user], // the wrong kind of token
  ['/me', 'garbage'],
] as const;
for (const [path, token] of requests) {
  const { status } = await app.request(path, { headers: { authorization: `Bearer ${token}` } });
  console.log(`GET ${path}: ${status}`);
}

console.log('\nSpans');
console.table(telemetry.spans());
console.log('Metrics');
console.table(await telemetry.metrics());
await telemetry.stop();
await clerk.close();
