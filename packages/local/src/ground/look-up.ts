/**
 * What a table of ours holds under a name that came from outside. `table[name]` would also find what every object inherits:
 * `constructor`, `toString`, `__proto__`.
 */
export function lookUp<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
