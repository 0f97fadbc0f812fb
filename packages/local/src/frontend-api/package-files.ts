/**
 * Clerk's own browser packages, from the `node_modules` of the working folder, under the paths where the official client looks for them:
 * `/npm/@clerk/clerk-js@6/dist/clerk.browser.js` and what stands beside it. Only `dist` of these two packages, and no way out of it.
 */
import { readFileSync, realpathSync } from 'node:fs';
import { dirname, extname, join, sep } from 'node:path';
import { isRecord } from '../../../../src/ground/is-record.js';
import type { LocalRequest, LocalResponse } from '../http/messages.js';
import { PROVIDER_STAND_IN } from './provider-stand-in.js';

const PATH = /^\/npm\/(@clerk\/(?:clerk-js|ui))@([\w^~][\w.-]*)\/dist\/((?:[\w.-]+\/)*[\w.-]+)$/;

export const isPackagePath = (path: string): boolean => path.startsWith('/npm/');

/** For pages that bring Clerk's packages along in a bundle: they load this before they show a checkout. */
const STAND_IN_PATH = '/npm/stripe.js';

/** The chunk of clerk-js that loads the payment provider's script from the internet, unless the page has it already. */
const PROVIDER_CHUNK = /^stripe-vendors[\w.-]*\.js$/;

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.map': 'application/json',
  '.json': 'application/json',
};

/** Files are read at each request, so that an installation counts at once. */
export function answerPackageFile({ method, path }: LocalRequest): LocalResponse {
  if (method !== 'GET' && method !== 'HEAD')
    return plain(405, 'These files can only be read.', [['Allow', 'GET, HEAD']]);
  if (path === STAND_IN_PATH) return script(TYPES['.js'] ?? '', PROVIDER_STAND_IN);
  const [, name, version, file] = PATH.exec(decoded(path)) ?? [];
  if (name === undefined || version === undefined || file === undefined)
    return plain(404, 'Here are the files in dist/ of @clerk/clerk-js and @clerk/ui, and nothing else.');
  try {
    const found = findPackage(name, version);
    if (typeof found === 'string') return plain(404, found);
    const dist = realpathSync(join(found.folder, 'dist'));
    const target = realpathSync(join(dist, file));
    // Links may lead anywhere; what counts is where they end.
    if (!target.startsWith(dist + sep)) return plain(404, 'There is no such file in this package.');
    const type = TYPES[extname(target)] ?? 'application/octet-stream';
    const body = readFileSync(target);
    return script(type, PROVIDER_CHUNK.test(file) ? `${PROVIDER_STAND_IN}\n${body.toString()}` : body);
  } catch {
    return plain(404, 'There is no such file in this package.');
  }
}

/** Why the package that a path names cannot be served, and the remedy; null if it can, or if the path names none. */
export function missingPackage(path: string): string | null {
  const [, name, version] = (isPackagePath(path) && PATH.exec(decoded(path))) || [];
  if (name === undefined || version === undefined) return null;
  const found = findPackage(name, version);
  return typeof found === 'string' ? found : null;
}

const decoded = (path: string): string => {
  try {
    return decodeURIComponent(path);
  } catch {
    return '';
  }
};

const headersOf = (type: string): LocalResponse['headers'] => [
  ['Content-Type', type],
  ['Cache-Control', 'no-cache'],
  ['X-Content-Type-Options', 'nosniff'],
];

// Scripts are public; a page of another port loads them by a plain tag, and its chunks by `import()`, which needs the header.
const script = (type: string, body: LocalResponse['body']): LocalResponse => ({
  status: 200,
  headers: [...headersOf(type), ['Access-Control-Allow-Origin', '*']],
  body,
});

/** For a person alone: it names the working folder, which is none of the business of a page that asks. */
const plain = (status: number, text: string, more: LocalResponse['headers'] = []): LocalResponse => ({
  status,
  headers: [...headersOf('text/plain; charset=utf-8'), ...more],
  body: `${text}\n`,
});

interface Installed {
  readonly folder: string;
  readonly version: string;
}

/** The package, or why it cannot be had. It is the nearest one with the major that is asked for, from the working folder upwards. */
function findPackage(name: string, asked: string): Installed | string {
  const major = /^[\^~]?(\d+)/.exec(asked)?.[1];
  const passed: string[] = [];
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    const found = installedIn(join(folder, 'node_modules', name), name);
    if (found !== null && (major === undefined || found.version.split('.')[0] === major)) return found;
    if (found !== null) passed.push(found.version);
    if (dirname(folder) === folder) break;
  }
  const have = passed.length === 0 ? 'is not installed' : `is installed in the version ${passed.join(', ')}`;
  const wanted = major === undefined ? name : `${name}@${major}`;
  return `${name} ${have} in ${process.cwd()}. Install it: npm install --save-dev ${wanted}`;
}

function installedIn(folder: string, name: string): Installed | null {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    if (!isRecord(manifest) || manifest['name'] !== name || typeof manifest['version'] !== 'string') return null;
    return { folder, version: manifest['version'] };
  } catch {
    return null;
  }
}
