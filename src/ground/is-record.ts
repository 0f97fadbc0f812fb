/** Whether a value is an object with named fields, as JSON has them: no null and no list. Says nothing about its prototype. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
