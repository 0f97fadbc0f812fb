/** Repeated headers on the wire, which Node's own object of headers hides. */

/** Headers that a request may have once (RFC 9110, section 5.3), as far as a decision depends on them. Their lengths differ. */
const SINGLE = ['Host', 'Referer', 'Authorization'] as const;
const BY_LENGTH = Array.from({ length: 14 }, (_, length) => {
  const usual = SINGLE.find((name) => name.length === length);
  return usual && { usual, lower: usual.toLowerCase() };
});

/**
 * The headers of {@link SINGLE} that came more than once, each with all of its values joined by `, `; null (nearly always)
 * when none did.
 *
 * Node keeps the first of two `Authorization` lines and drops the other; a proxy in front, or the next framework, may take
 * the last. Joined, as the Web's `Headers` has them, two tokens are no token and two hosts are no host. Two lines of the
 * same value are two, and so is an empty one.
 *
 * @param raw names and values in turn, as Node's `rawHeaders`; undefined where a host of functions leaves them out
 */
export function repeatedHeaders(raw: readonly string[] | undefined): Readonly<Record<string, string>> | null {
  if (raw === undefined) return null;
  let seen = 0;
  for (let at = 0; at < raw.length; at += 2) {
    const name = singleName(raw[at] as string);
    if (name === undefined) continue;
    const bit = 1 << name.length;
    if ((seen & bit) !== 0) return joined(raw);
    seen |= bit;
  }
  return null;
}

/** The name in lower case if it is one of {@link SINGLE}. The usual spellings build no string. */
function singleName(name: string): string | undefined {
  const single = BY_LENGTH[name.length];
  if (single === undefined) return undefined;
  const { usual, lower } = single;
  if (name === usual || name === lower) return lower;
  return (name.charCodeAt(0) | 0x20) === lower.charCodeAt(0) && name.toLowerCase() === lower ? lower : undefined;
}

function joined(raw: readonly string[]): Readonly<Record<string, string>> {
  const values = new Map<string, string[]>();
  for (let at = 0; at < raw.length; at += 2) {
    const name = singleName(raw[at] as string);
    if (name !== undefined) values.set(name, [...(values.get(name) ?? []), raw[at + 1] ?? '']);
  }
  return Object.fromEntries(
    [...values].filter(([, all]) => all.length > 1).map(([name, all]) => [name, all.join(', ')]),
  );
}
