/** A broken assumption of our own: the process stops, because a restart from the log is safe. */
export class AssertionFailure extends Error {
  override readonly name: string = 'AssertionFailure';
}

/** Throws {@link AssertionFailure} when `condition` is false. For our bugs only, never for input. */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionFailure(message);
}

/** Marks a branch that the types say cannot be reached. */
export function unreachable(value: never): never {
  throw new AssertionFailure(`unreachable: ${JSON.stringify(value)}`);
}
