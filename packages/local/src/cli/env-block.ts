/** Variables as a `.env` file and a shell both take them. */

/** Double quotes with `\n` inside: dotenv, Docker Compose and `node --env-file` read it; Bailiff takes either form of a PEM. */
export function envBlock(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${quoted(value)}`)
    .join('\n');
}

function quoted(value: string): string {
  return /^[\w:/.@+=-]*$/.test(value) ? value : `"${value.trim().replaceAll('\n', '\\n')}"`;
}
