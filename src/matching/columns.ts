export type Column = Uint8Array | Int32Array | Float64Array;

/** Copies a full column into a larger one. */
export function enlarged<T extends Column>(from: T, into: T): T {
  into.set(from);
  return into;
}
