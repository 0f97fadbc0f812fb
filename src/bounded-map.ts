/**
 * A map that forgets what was not used for longest, bounded in number and in weight. A `Map` keeps the order in which keys
 * came, so that using one is moving it to the end. (Every server carries this file: a package for it weighs more than
 * the verification of tokens.)
 */
export class BoundedMap<V> {
  readonly #entries = new Map<string, { readonly value: V; readonly weight: number }>();
  readonly #max: number;
  readonly #maxWeight: number;
  #weight = 0;

  /** @param max how many entries; @param maxWeight how much they may weigh together */
  constructor(max: number, maxWeight = Infinity) {
    this.#max = max;
    this.#maxWeight = maxWeight;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** The same, but looking is no use. */
  peek(key: string): V | undefined {
    return this.#entries.get(key)?.value;
  }

  /** Keeps `value` unless it is too heavy for the whole map; what was under `key` leaves either way. */
  set(key: string, value: V, weight = 0): void {
    this.delete(key);
    if (this.#max < 1 || weight > this.#maxWeight) return;
    this.#entries.set(key, { value, weight });
    this.#weight += weight;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#max && this.#weight <= this.#maxWeight) return;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#weight -= entry.weight;
  }

  deleteWhere(matches: (value: V) => boolean): void {
    for (const [key, { value }] of this.#entries) if (matches(value)) this.delete(key);
  }
}
