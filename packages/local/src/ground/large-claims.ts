/** Custom claims of session tokens, and how large they may be. */

/** Browsers keep 4 kB of a cookie. Clerk's own claims and the signature take the rest, and so it allows 1.2 kB. */
const MAX_BYTES = 1200;

/** Claims that Clerk sets itself, of both versions. */
const OWN = new Set(
  'act azp exp fea fva iat iss jti nbf o org_id org_permissions org_role org_slug pla sid sts sub v'.split(' '),
);

/** A warning about custom claims that are too large; null if they are not. */
export function largeClaims(claims: Readonly<Record<string, unknown>>): string | null {
  const custom = Object.entries(claims).filter(([name]) => !OWN.has(name));
  const bytes = Buffer.byteLength(JSON.stringify(Object.fromEntries(custom)));
  if (bytes <= MAX_BYTES) return null;
  return (
    `The custom claims of this session token take ${String(bytes)} bytes. Clerk allows ${String(MAX_BYTES)}, because ` +
    'browsers drop cookies of more than 4 kB: put an id into the token and look the rest up.'
  );
}
