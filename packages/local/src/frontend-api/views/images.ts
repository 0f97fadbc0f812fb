/** Default pictures, drawn here: the ones of Clerk's image host would be requests to the internet. */

const CLERK_IMAGES = 'https://img.clerk.com/';

const SILHOUETTES: Readonly<Record<string, string>> = {
  user: '<circle cx="32" cy="25" r="10"/><path d="M12 56c2-12 10-18 20-18s18 6 20 18z"/>',
  organization: '<path d="M18 50V18h18v32zm20 0V28h10v22zM23 24h8v4h-8zm0 8h8v4h-8zm0 8h8v4h-8z"/>',
};

/** The picture to show for a stored or default one; a data URL, which needs no request. */
export function localImage(url: unknown, kind: 'user' | 'organization', id: string): string | null {
  if (typeof url === 'string' && url !== '' && !url.startsWith(CLERK_IMAGES)) return url;
  let hue = 0;
  for (const letter of id) hue = (hue * 31 + letter.charCodeAt(0)) % 360;
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" fill="hsl(${String(hue)} 45% 45%)"/>` +
    `<g fill="#fff" fill-opacity=".85">${SILHOUETTES[kind] ?? ''}</g></svg>`;
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
}
