/** The only place that looks at the environment. Lazily, one named variable at a time, and never throwing. */

/** Variables by name: `process.env`, the bindings of a Worker, or what a test wants. Values that are not text are ignored. */
export type Environment = Readonly<Record<string, unknown>>;

const QUOTES = /^(["'`])([\s\S]*)\1$/;

/** Trims, and takes off the quotes that some `.env` readers leave around a value. */
export function cleanText(text: string): string {
  const trimmed = text.trim();
  const quoted = QUOTES.exec(trimmed);
  return quoted === null ? trimmed : (quoted[2] ?? '').trim();
}

/**
 * One variable, cleaned; undefined if it is unset or blank. With `env` given, nothing else is looked at.
 *
 * Deno throws on `process.env.X` without permission, and Workers may have no `process`: both count as unset.
 */
export function readVariable(name: string, env?: Environment): string | undefined {
  let value: unknown;
  try {
    value = env === undefined ? (globalThis as { process?: { env?: Environment } }).process?.env?.[name] : env[name];
  } catch {
    return undefined;
  }
  if (typeof value !== 'string') return undefined;
  const text = cleanText(value);
  return text === '' ? undefined : text;
}

/** Clerk's reading of a boolean variable: `true` in any case, or a number above zero. */
export function parseBoolean(text: string): boolean {
  return text.toLowerCase() === 'true' || Number(text) > 0;
}
