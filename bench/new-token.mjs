/**
 * `npm run bench:new-token`: a token never seen, beside one raw `node:crypto` check in the same rounds, and where the rest of the time goes, by a
 * profile. For bench/NOTES.md.
 */
import { createPublicKey, verify } from 'node:crypto';
import { Session } from 'node:inspector/promises';
import { createAuthenticator } from 'bailiff';
import { createFixtures } from './lib/fixtures.mjs';
import { noiseOf } from './lib/noise.mjs';
import { fresh, must, view } from './lib/requests.mjs';
import { table } from './lib/section.mjs';
import { median } from './lib/stats.mjs';

const [ROUNDS, TOKENS, PROFILED] = process.argv.includes('--quick') ? [9, 100, 1_000] : [61, 150, 8_000];
const fixtures = createFixtures();
const key = createPublicKey(fixtures.pem);
const authenticator = createAuthenticator({
  secretKey: fixtures.secretKey,
  publishableKey: fixtures.publishableKey,
  jwtKey: fixtures.pem,
});
let minted = 0;
const mint = (/** @type {number} */ count) => fixtures.mintMany(count, (minted += count)).map(fresh);
function raw(/** @type {string} */ token) {
  const end = token.lastIndexOf('.');
  must(verify('RSA-SHA256', Buffer.from(token.slice(0, end)), key, Buffer.from(token.slice(end + 1), 'base64url')));
}
async function whole(/** @type {string} */ token) {
  const headers = { authorization: `Bearer ${token}`, host: 'app.bench.example' };
  const { isAuthenticated } = await authenticator.authenticateRequest(
    view(headers, 'https://app.bench.example/invoices'),
  );
  must(isAuthenticated);
}
/** CPU time for each token, in microseconds. @param {readonly string[]} tokens @param {(token: string) => unknown} call */
async function cpuOf(tokens, call) {
  const before = process.cpuUsage();
  for (const token of tokens) {
    const pending = call(token);
    if (pending instanceof Promise) await pending;
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / tokens.length;
}

/** Parts of the work, by the names of the functions that do it; the first that fits. @type {readonly (readonly [part: string, names: RegExp])[]} */
const PARTS = [
  [
    'the check: OpenSSL',
    /^(run|verifyOneShot|SignJob|wrappedFn|getVerifyOptions|prepareAsymmetricKey|preparePublicOrPrivateKey) /,
  ],
  ['the check: its bytes', /node:buffer|^(latin1Write|base64urlWrite|asciiWriteStatic|FastBuffer) /],
  [
    'base64url and JSON of header and payload',
    /^(parseObject|parseHeader|decodeJwt|base64urlSlice|utf8Slice|text|bytes) /,
  ],
  ['garbage collection', /^\(garbage collector\) /],
  ['freezing', /^deepFreeze /],
  ['the cache', /index\.min\.js|^(ownCopy|put|cacheKey|costOf) /],
  ['permissions and features', /^(decodePermissions|parseScopedList|organizationV2|featuresOf) /],
  ['all else: headers, claims, the auth object, promises', /^/],
];

await cpuOf(mint(2_000), whole);
await cpuOf(mint(1_000), raw);
const noise = noiseOf();
/** @type {[raw: number, whole: number][]} */
const rounds = [];
for (let round = 0; round < ROUNDS; round++) {
  if (round % 5 === 0) noise.sample();
  const tokens = mint(TOKENS);
  const first = round % 2 === 0 ? await cpuOf(tokens, raw) : await cpuOf(tokens.map(fresh), whole);
  const second = round % 2 === 0 ? await cpuOf(tokens.map(fresh), whole) : await cpuOf(tokens, raw);
  rounds.push(round % 2 === 0 ? [first, second] : [second, first]);
}
const ratio = median(rounds.map(([one, other]) => other / one));

const tokens = mint(PROFILED);
const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.setSamplingInterval', { interval: 100 });
await session.post('Profiler.start');
await cpuOf(tokens, whole);
const { profile } = await session.post('Profiler.stop');
const names = new Map(profile.nodes.map(({ id, callFrame: { functionName, url } }) => [id, `${functionName} ${url}`]));
/** @type {Map<string, number>} */
const spent = new Map(PARTS.map(([part]) => [part, 0]));
let sum = 0;
for (const [index, id] of (profile.samples ?? []).entries()) {
  const name = names.get(id) ?? '';
  // The profiler itself, and waiting.
  if (/^(dispatch|\(idle\)|post) /.test(name)) continue;
  const part = PARTS.find(([, pattern]) => pattern.test(name))?.[0] ?? '';
  const took = profile.timeDeltas?.[index] ?? 0;
  spent.set(part, (spent.get(part) ?? 0) + took);
  sum += took;
}
console.log(
  `A new token takes ${ratio.toFixed(2)} of a raw check (${median(rounds.map(([one]) => one)).toFixed(1)} µs; median of ${ROUNDS} rounds). ${noise.verdict()}\n\n${table(
    ['part of the work', 'share', 'of one raw check'],
    [...spent].map(([part, took]) => [part, `${((took / sum) * 100).toFixed(0)} %`, ((took / sum) * ratio).toFixed(2)]),
  )}`,
);
