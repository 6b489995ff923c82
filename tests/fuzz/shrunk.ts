const MOST_TRIES = 2000;

/** A shorter text for which `fails` still holds, by cutting ever smaller pieces out of it. */
export function shrunk(text: string, fails: (text: string) => boolean): string {
  let smallest = text;
  let tries = 0;
  for (let size = text.length >> 1; size >= 1; size = size >> 1) {
    for (let from = 0; from < smallest.length && tries < MOST_TRIES; tries += 1) {
      const shorter = smallest.slice(0, from) + smallest.slice(from + size);
      if (fails(shorter)) smallest = shorter;
      else from += size;
    }
  }
  return smallest;
}
