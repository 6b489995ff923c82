const { floor } = Math;

/** A day of the Gregorian calendar. */
export interface CivilDate {
  readonly year: number;
  /** From 0. */
  readonly month: number;
  readonly day: number;
}

/**
 * The date so many days after 1970-01-01, by Howard Hinnant's civil_from_days: eras of 400 years
 * that begin in March.
 */
export function civilDate(days: number): CivilDate {
  const shifted = days + 719_468;
  const era = floor(shifted / 146_097);
  const ofEra = shifted - era * 146_097;
  const yearOfEra = floor(
    (ofEra - floor(ofEra / 1460) + floor(ofEra / 36_524) - floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * yearOfEra + floor(yearOfEra / 4) - floor(yearOfEra / 100));
  const fromMarch = floor((5 * ofYear + 2) / 153);
  const day = ofYear - floor((153 * fromMarch + 2) / 5) + 1;
  const month = (fromMarch + 2) % 12;
  return { year: yearOfEra + era * 400 + (month < 2 ? 1 : 0), month, day };
}
