/** A span of virtual microseconds to draw from, both ends included. */
export type SpanUs = readonly [lowUs: number, highUs: number];
