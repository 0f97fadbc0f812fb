/** The latest activity of sessions: browser and device, by the User-Agent header. */
import { isIP } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import type { InstanceState } from '../../state/instance-state.js';
import type { ClientRow, Fields } from '../../state/rows.js';
import { liveSessions } from './client-sessions.js';

/** Browsers put the names of others before their own, so the most particular comes first. */
const BROWSERS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['Edge', /\bEdg(?:e|A|iOS)?\/([\d.]+)/],
  ['Opera', /\b(?:OPR|Opera)\/([\d.]+)/],
  ['Samsung Internet', /\bSamsungBrowser\/([\d.]+)/],
  ['Firefox', /\b(?:Firefox|FxiOS)\/([\d.]+)/],
  ['Chrome Headless', /\bHeadlessChrome\/([\d.]+)/],
  ['Chrome', /\b(?:Chrome|CriOS)\/([\d.]+)/],
  ['Safari', /\bVersion\/([\d.]+).* Safari\//],
];

const DEVICES: readonly (readonly [type: string, pattern: RegExp])[] = [
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['Android', /\bAndroid\b/],
  ['Windows', /\bWindows\b/],
  ['Macintosh', /\bMacintosh\b/],
  ['Linux', /\bLinux\b|\bX11\b/],
];

/** Nothing that is not known is made up: fields that the text does not tell are absent. */
export function describeUserAgent(text: string): Fields {
  const [device] = DEVICES.find(([, pattern]) => pattern.test(text)) ?? [];
  const found = BROWSERS.map(([name, pattern]) => [name, pattern.exec(text)?.[1]] as const);
  const [browser, version] = found.find(([, number]) => number !== undefined) ?? [];
  return {
    ...(device === undefined ? {} : { device_type: device }),
    is_mobile: /\bMobile\b|\biP(?:hone|ad)\b|\bAndroid\b/.test(text),
    ...(browser === undefined ? {} : { browser_name: browser, browser_version: version }),
  };
}

interface Head {
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** Behind a proxy the browser's address is the first that the proxies name; all else comes from this machine. */
function addressOf({ headers }: Head): string {
  const [first = ''] = (headers['x-forwarded-for'] ?? '').split(',');
  return isIP(first.trim()) === 0 ? '127.0.0.1' : first.trim();
}

/** Stores the activity in all sessions of a client, if it has changed. */
export function recordActivity(state: InstanceState, client: ClientRow | null, request: Head): void {
  const text = request.headers['user-agent'];
  if (client === null || text === undefined) return;
  const seen = { object: 'session_activity', ...describeUserAgent(text), ip_address: addressOf(request) };
  for (const session of liveSessions(state, client)) {
    const { id, ...last } = (session.latest_activity ?? {}) as Fields;
    if (isDeepStrictEqual(last, seen)) continue;
    const activity = { id: id ?? state.id('sess_activity'), ...seen };
    state.table('sessions').update(session.id, { latest_activity: activity });
  }
}
