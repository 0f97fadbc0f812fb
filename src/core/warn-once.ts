/** Words to whoever runs the server, where nothing is wrong enough for an error. */

const said = new Set<string>();

/**
 * Writes a warning to the console, once in the life of the process. Never throws.
 *
 * @param topic what is warned of; the number of topics is that of the places in the code
 * @param message never holds a value of an option, or anything of a request
 */
export function warnOnce(topic: string, message: string): void {
  if (said.has(topic)) return;
  said.add(topic);
  try {
    // eslint-disable-next-line no-console -- the one place
    console.warn(`bailiff: ${message}`);
  } catch {
    // A runtime without a console, or one that an application has replaced.
  }
}
