/** As much of DER (X.690) as a public key needs: elements with a tag, a length and a content. */
export const TAG = { integer: 0x02, bitString: 0x03, sequence: 0x30 } as const;

export interface DerElement {
  readonly tag: number;
  readonly content: Uint8Array;
  /** Where the next element begins. */
  readonly end: number;
}

/** The element at `offset`, or null if the bytes do not hold one. */
function elementAt(bytes: Uint8Array, offset: number): DerElement | null {
  const tag = bytes[offset];
  let length = bytes[offset + 1];
  if (tag === undefined || length === undefined) return null;
  let start = offset + 2;
  if (length >= 0x80) {
    const size = length - 0x80;
    // Two length bytes reach 65,535: more than any key here.
    if (size === 0 || size > 2 || start + size > bytes.length) return null;
    length = bytes.subarray(start, start + size).reduce((sum, byte) => sum * 256 + byte, 0);
    start += size;
  }
  const end = start + length;
  return end > bytes.length ? null : { tag, content: bytes.subarray(start, end), end };
}

/** The one element that `bytes` are, with nothing behind it. */
export function firstElement(bytes: Uint8Array): DerElement | null {
  const element = elementAt(bytes, 0);
  return element?.end === bytes.length ? element : null;
}

/** The elements inside `parent`; none if it is not a `tag` or not made of whole elements. */
export function childrenOf(parent: DerElement | null | undefined, tag: number): DerElement[] {
  if (parent?.tag !== tag) return [];
  const children: DerElement[] = [];
  for (let offset = 0; offset < parent.content.length;) {
    const element = elementAt(parent.content, offset);
    if (element === null) return [];
    children.push(element);
    offset = element.end;
  }
  return children;
}
