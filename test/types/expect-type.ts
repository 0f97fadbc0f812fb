type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only if the value has exactly this type: neither wider nor narrower. */
export function expectType<Expected>(): <Actual>(
  value: Actual,
  ...same: Equal<Expected, Actual> extends true ? [] : [never]
) => void;
export function expectType<Expected>(value: Expected): void;
export function expectType(): unknown {
  return () => undefined;
}
