/** `npm run example:multi-instance`: two offline instances behind one server. */
import { startLocalInstance, type LocalInstance } from 'bailiff-local';
import { printTries, serve } from '../common/example.js';
import { createApp } from './app.js';

const [books, press] = await Promise.all([startLocalInstance(), startLocalInstance()]);
const keys = ({ secretKey, publishableKey, apiUrl }: LocalInstance) => ({ secretKey, publishableKey, apiUrl });
const app = createApp(
  new Map([
    ['books.localhost', keys(books)],
    ['press.localhost', keys(press)],
  ]),
);
const url = await serve(app);
console.log(`Two sites               ${url}`);

const token = await books.createSessionToken({ userId: 'user_ada', expiresInSeconds: 3600 });
const at = (host: string) => ({ url: `${url}/me`, headers: { host } });
printTries([
  { what: 'At home', ...at('books.localhost'), token, status: 200 },
  { what: 'The same token at the other site', ...at('press.localhost'), token, status: 401 },
  { what: 'A host that is not ours', ...at('evil.example'), token, status: 421 },
]);
