/** The environment as a record of text. The only place that touches `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads named variables from `process.env`, where there is one. Values are trimmed and freed of a pair of quotes, because
 * `.env` loaders and container files differ in that; an empty value counts as absent.
 *
 * Workers have no `process`, and Deno throws for a variable it may not read (by name) or for any (on enumeration). So each
 * variable is read by name when it is needed, and a refusal means absent.
 *
 * @param env read instead of `process.env`
 */
export function readVariable(name: string, env?: Environment): string | undefined {
  let raw: unknown;
  try {
    raw = (env ?? (globalThis as { process?: { env?: Environment } }).process?.env)?.[name];
  } catch {
    // Deno refuses the variable, so it counts as absent.
  }
  // `|| undefined`: an empty value counts as absent.
  return typeof raw === 'string' ? cleanText(raw) || undefined : undefined;
}

/** Without blanks around it, and without the pair of quotes that a copied value may bring along. */
export function cleanText(text: string): string {
  return text
    .trim()
    .replace(/^(["'])(.*)\1$/s, '$2')
    .trim();
}
