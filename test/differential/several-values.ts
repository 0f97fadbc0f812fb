/** What the library would have to be sent, to see of several cookies with one name the one that counts. */

/** From the one that counts most. What is not here comes after `forged`, and what is not even a token last. */
const SESSIONS = ['{newer}', '{fresh}', '{older}', '{expired}', '{forged}'];
const NO_TOKENS = ['{garbage}', '{two-parts}', '{api-key}'];

function rankOf(value: string): number {
  const known = SESSIONS.indexOf(value);
  if (known !== -1) return known;
  if (NO_TOKENS.includes(value)) return 100;
  return value.startsWith('{') ? 10 : 90;
}

const seconds = (value: string) => Number.parseInt(value, 10) || 0;
const best = (values: readonly string[], isBetter: (one: string, other: string) => boolean) =>
  values.reduce((one, other) => (isBetter(other, one) ? other : one));

const CHOICES: readonly (readonly [name: RegExp, choose: (values: readonly string[]) => string])[] = [
  [/^__session(?:_\w{8})?$/, (values) => best(values, (one, other) => rankOf(one) < rankOf(other))],
  [
    /^__client_uat(?:_\w{8})?$/,
    (values) =>
      best(values, (one, other) => seconds(one) > seconds(other) || (seconds(one) === seconds(other) && one < other)),
  ],
  [/^__clerk_db_jwt(?:_\w{8})?$/, (values) => best(values, (one, other) => one > other)],
  [
    /^__refresh_\w{8}$/,
    (values) => (values.includes('rt-good') ? 'rt-good' : best(values, (one, other) => one < other)),
  ],
];

/** A `Cookie` header in which each name has the value that counts, once. */
export function oneOfEach(header: string): string {
  const parts = header.split(';').map((part) => {
    const equals = part.indexOf('=');
    return { text: part.trim(), name: part.slice(0, Math.max(equals, 0)).trim(), value: part.slice(equals + 1).trim() };
  });
  const seen = new Set<string>();
  return parts
    .filter(({ name }) => !seen.has(name) && (choiceFor(name) === undefined || seen.add(name)))
    .map(({ text, name }) => {
      const values = parts.filter((part) => part.name === name && part.value !== '').map((part) => part.value);
      const choose = choiceFor(name);
      return choose === undefined || values.length < 2
        ? choose && values[0]
          ? `${name}=${values[0]}`
          : text
        : `${name}=${choose(values)}`;
    })
    .join('; ');
}

const choiceFor = (name: string) => CHOICES.find(([pattern]) => pattern.test(name))?.[1];

/** Whether a name has two different values, of which one may be empty. */
export function hasSeveral(header: string): boolean {
  const pairs = new Set(
    header
      .split(';')
      .map((part) => part.trim())
      .filter(Boolean),
  );
  const names = [...pairs].map((pair) => pair.slice(0, Math.max(pair.indexOf('='), 0))).filter(choiceFor);
  return new Set(names).size < names.length;
}
