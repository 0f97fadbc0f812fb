/**
 * A map that is bounded in number and in weight, and forgets in the order in which things came, except that what was used
 * meanwhile gets another round ("second chance", the CLOCK algorithm). Using an entry is one write: to move it to the end, as
 * exact LRU does, was the largest part of a look-up. (Every server carries this file: a package for it weighs more than the
 * verification of tokens.)
 */
interface Entry<V> {
  readonly value: V;
  readonly weight: number;
  /** Since it came, or since its last chance. */
  used: boolean;
}

export class BoundedMap<V> {
  readonly #entries = new Map<string, Entry<V>>();
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
    entry.used = true;
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
    this.#makeRoomFor(weight);
    this.#entries.set(key, { value, weight, used: false });
    this.#weight += weight;
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

  /** Ends: who gets another round goes to the end of the walk without its mark. */
  #makeRoomFor(weight: number): void {
    for (const [key, entry] of this.#entries) {
      if (this.#entries.size < this.#max && this.#weight + weight <= this.#maxWeight) return;
      this.#entries.delete(key);
      if (entry.used) {
        entry.used = false;
        this.#entries.set(key, entry);
      } else this.#weight -= entry.weight;
    }
  }
}
