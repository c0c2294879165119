/** Public holidays of countries and regions. */
export interface Holidays {
  /** The codes of all countries and regions that are known, such as `US` and `DE-BY`, in order. */
  codes(): Promise<readonly string[]>;
  /** The holidays of a country or region in one year: English names by ISO date; none for an unknown code. */
  inYear(code: string, year: number): Promise<Readonly<Record<string, string>>>;
}
