type CronField = {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly words?: readonly string[];
};

const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const weekdays = 'sun mon tue wed thu fri sat'.split(' ');

const fields: readonly CronField[] = [
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day of month', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, words: months },
  { name: 'day of week', min: 0, max: 7, words: weekdays },
];

/** What is wrong with a cron expression of five fields, or undefined when it is right. */
export function cronIssue(expression: string): string | undefined {
  const parts = expression.trim().split(/\s+/);
  if (parts.length !== fields.length) {
    return `must be five cron fields (minute, hour, day of month, month, day of week), such as "0 6 * * *"; has ${parts.length}`;
  }
  for (const [index, field] of fields.entries()) {
    const part = parts[index] ?? '';
    if (!part.split(',').every((item) => isItem(item, field))) {
      return `the ${field.name} “${part}” must be *, ${field.min}–${field.max}, a range, a list or a step such as */15`;
    }
  }
  return everHappens(parts[2] ?? '*', parts[3] ?? '*', parts[4] ?? '*')
    ? undefined
    : `never happens: no such day of month “${parts[2]}” in month “${parts[3]}”`;
}

/** What the five fields of a valid expression stand for, each in ascending order. Days of the week are 0 (Sunday) to 6. */
export function cronValues(expression: string): readonly (readonly number[])[] {
  const parts = expression.trim().split(/\s+/);
  return fields.map((field, index) => {
    const items = (parts[index] ?? '*').split(',').flatMap((item) => valuesOf(item, field));
    const values = field.max === 7 ? items.map((value) => value % 7) : items;
    return [...new Set(values)].sort((a, b) => a - b);
  });
}

/** Of `5/15`, which has a step and no end, each 15th from the 5th on. */
function valuesOf(item: string, field: CronField): number[] {
  const [range = '', step] = item.split('/');
  const [first = '', last] = range.split('-');
  const low = first === '*' ? field.min : (fieldValue(first, field) ?? field.min);
  const isOpen = first === '*' || (last === undefined && step !== undefined);
  const high = isOpen ? field.max : last === undefined ? low : (fieldValue(last, field) ?? low);
  const by = step === undefined ? 1 : Number(step);
  return Array.from({ length: Math.floor((high - low) / by) + 1 }, (_, nth) => low + nth * by);
}

/** `*`, `5`, `1-5`, `mon-fri`, each with an optional step. */
function isItem(item: string, field: CronField): boolean {
  const match = /^(\*|[a-z0-9]+)(?:-([a-z0-9]+))?(?:\/(\d{1,3}))?$/i.exec(item);
  if (match === null) return false;
  const [, first = '', last, step] = match;
  if (step !== undefined && (Number(step) < 1 || Number(step) > field.max)) return false;
  if (first === '*') return last === undefined;
  const low = fieldValue(first, field);
  const high = last === undefined ? low : fieldValue(last, field);
  return low !== undefined && high !== undefined && low <= high;
}

function fieldValue(text: string, field: CronField): number | undefined {
  const word = field.words?.indexOf(text.toLowerCase()) ?? -1;
  if (word >= 0) return word + field.min;
  const value = /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  return value >= field.min && value <= field.max ? value : undefined;
}

/** Whether a fixed day exists in one of fixed months; a restricted weekday happens in every month. */
function everHappens(dayOfMonth: string, month: string, dayOfWeek: string): boolean {
  if (dayOfWeek !== '*' || !/^\d+(,\d+)*$/.test(dayOfMonth) || !/^[a-z0-9,]+$/i.test(month)) return true;
  const monthField = { name: 'month', min: 1, max: 12, words: months };
  const longest = Math.max(...month.split(',').map((text) => daysIn(fieldValue(text, monthField) ?? 1)));
  return Math.min(...dayOfMonth.split(',').map(Number)) <= longest;
}

function daysIn(month: number): number {
  if (month === 2) return 29;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}
