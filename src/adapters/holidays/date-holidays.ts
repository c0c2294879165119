import { day } from '../../base/units.ts';
import type { Holidays } from '../../ports/holidays.ts';

/** The package is loaded when it is first asked: that takes a tenth of a second, and most datasets ask nothing. */
const load = () => import('date-holidays');

type Library = Awaited<ReturnType<typeof load>>;
type Years = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** The public holidays that the package `date-holidays` knows. Each year of a code is computed once. */
export function createHolidays(): Holidays {
  let library: Promise<Library> | undefined;
  let codes: Promise<readonly string[]> | undefined;
  let years: Years = new Map();
  const open = (): Promise<Library> => (library ??= load());
  const allCodes = (): Promise<readonly string[]> => (codes ??= open().then(codesOf));
  return {
    codes: allCodes,
    inYear: async (code, year) => {
      const key = `${code} ${year}`;
      const known = years.get(key);
      if (known !== undefined) return known;
      if (!(await allCodes()).includes(code)) return {};
      const computed = computeYear(await open(), code, year);
      const kept = [...years].slice(1 - yearsKeptMax);
      years = new Map([...kept, [key, computed]]);
      return computed;
    },
  };
}

const yearsKeptMax = 200;

function codesOf({ default: Library }: Library): readonly string[] {
  const library = new Library();
  const countries = Object.keys(library.getCountries('en'));
  const states = (country: string): string[] => Object.keys(library.getStates(country, 'en') ?? {});
  return countries
    .flatMap((country) => [country, ...states(country).map((state) => `${country}-${state}`)])
    .sort();
}

function computeYear({ default: Library }: Library, code: string, year: number): Record<string, string> {
  const [country = '', state = ''] = code.split('-');
  const library = state === '' ? new Library(country) : new Library(country, state);
  const days: Record<string, string> = {};
  for (const { date, start, end, name, type } of library.getHolidays(year, 'en')) {
    if (type !== 'public') continue;
    // `date` is the local day. Days differ by an hour where the clock changes, and some last half a day.
    const first = Date.parse(date.slice(0, 10));
    const count = Math.max(1, Math.round((end.getTime() - start.getTime()) / day));
    for (let nth = 0; nth < count; nth++) {
      days[new Date(first + nth * day).toISOString().slice(0, 10)] ??= name;
    }
  }
  return days;
}
