/** What in the palette is a point to go to. */

const CLOCK = /^(\d{1,2}):(\d\d)(?::(\d\d(?:\.\d{1,9})?))?$/;
const DAY = String.raw`\d{4}-\d\d-\d\d`;
const TIME = String.raw`\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:[zZ]|[+-]\d\d(?::?\d\d)?)?`;
const POINT = new RegExp(
  String.raw`^(?:v\d+|#.+|e\d+|@\d+|start|end|-\d+(?:ns|us|ms|[smhd])|${DAY}(?:[Tt ]${TIME})?)$`,
);

/** The point a text means, as the program reads it; a time of day is one of the day `date`. `null`: it means none. */
export function pointOf(text: string, date: string | null): string | null {
  if (POINT.test(text)) return text;
  const clock = CLOCK.exec(text);
  if (clock === null || date === null) return null;
  const [, hour = '', minute = '', second = '00'] = clock;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) >= 60) return null;
  return `${date}T${hour.padStart(2, '0')}:${minute}:${second}Z`;
}
