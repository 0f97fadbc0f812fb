/** Everything that is iterated, in its order. `each` is awaited before the next one is asked for. */
export async function collect<T>(items: AsyncIterable<T>, each: (item: T) => unknown = () => undefined): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) {
    all.push(item);
    await each(item);
  }
  return all;
}
