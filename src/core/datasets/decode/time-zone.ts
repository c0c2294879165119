import { nearest } from '../../text/nearest.ts';

/** Whether the runtime's time zone database knows `name`, such as `Europe/Berlin`, or it is `UTC`. */
export function isTimeZone(name: string): boolean {
  // Offsets such as +02:00 are understood as well, but have no summer time: nobody means them for a daily schedule.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The time zone that was probably meant; a city alone is enough. */
export function nearestTimeZone(name: string): string | undefined {
  const zones = Intl.supportedValuesOf('timeZone');
  const city = zones.find((zone) =>
    zone.toLowerCase().endsWith(`/${name.trim().toLowerCase().replaceAll(' ', '_')}`),
  );
  return city ?? nearest(name, zones);
}
