/** The environment as a record of text. The only place that touches `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads named variables from `process.env`, where there is one. Values are trimmed and freed of a pair of quotes, because
 * `.env` loaders and container files differ in that; an empty value counts as absent.
 *
 * Workers have no `process`, and Deno throws for a variable it may not read (by name) or for any (on enumeration): so
 * each variable is read by name, when asked for, and a refusal means absent.
 */
export function readVariable(name: string, env?: Environment): string | undefined {
  const raw = env === undefined ? fromProcess(name) : env[name];
  if (typeof raw !== 'string') return undefined;
  const value = unquote(raw.trim());
  return value === '' ? undefined : value;
}

function fromProcess(name: string): string | undefined {
  try {
    return (globalThis as { process?: { env?: Environment } }).process?.env?.[name];
  } catch {
    return undefined;
  }
}

function unquote(text: string): string {
  const quote = text[0];
  const quoted = text.length >= 2 && (quote === '"' || quote === "'") && text.at(-1) === quote;
  return quoted ? text.slice(1, -1).trim() : text;
}
