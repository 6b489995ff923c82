/** Prices and limits of one two-sided quote, in ticks and lots. */
export interface QuotePrices {
  readonly bidTicks: number;
  readonly askTicks: number;
}

/**
 * Both quotes around the mid, shifted against the inventory: at full inventory the centre moves by
 * `skewBps`, so that the side that reduces it is hit sooner. Rounded away from the mid, and never
 * through the other side of the book (a post-only order there would be rejected).
 */
export function quotePrices(
  book: { readonly bidTicks: number; readonly askTicks: number },
  inventoryShare: number,
  halfSpreadBps: number,
  skewBps: number,
): QuotePrices {
  const mid = (book.bidTicks + book.askTicks) / 2;
  const centre = mid * (1 - (inventoryShare * skewBps) / 10_000);
  const half = (mid * halfSpreadBps) / 10_000;
  return {
    bidTicks: Math.min(Math.floor(centre - half), book.askTicks - 1),
    askTicks: Math.max(Math.ceil(centre + half), book.bidTicks + 1),
  };
}
