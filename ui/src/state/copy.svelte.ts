/** What is copied: events, a state, a field, a link. By way of the program: a web view may write the clipboard within a gesture only. */
import { t } from '../i18n/index.svelte';
import { told } from '../i18n/told';
import { toBackendError } from '../ipc/backend';
import type { CopyFormDto, OpenAtStart, RowDto } from '../ipc/contract';
import { csvOf, stateEnvelope } from '../model/envelope';
import { formatJson, tryParseJson } from '../model/json';
import type { Json } from '../model/json';
import { rfc3339 } from '../model/time';
import { call } from './backend';
import { filter } from './filter.svelte';
import { hover } from './hover.svelte';
import { picked } from './picked.svelte';
import { playhead } from './playhead.svelte';
import { preferences } from './preferences.svelte';
import { projection } from './projection.svelte';
import { screen } from './screen.svelte';
import { selection } from './selection.svelte';
import { session } from './session.svelte';

export type Form = CopyFormDto;

/** Does it, and says what came of it. */
async function saying(what: () => Promise<string>): Promise<void> {
  try {
    screen.say(await what());
  } catch (error) {
    screen.say(told(toBackendError(error)));
  }
}

/** Puts a text on the clipboard. */
export const copyText = (text: string, said = t('copied')): Promise<void> =>
  saying(async () => {
    await call('copy_text', { text });
    return said;
  });

/** The picked events, or this one where no other is picked; `alone`: this one in any case. */
export const copyEvents = (form: Form, ordinal: number | null, alone = false): Promise<void> =>
  saying(async () => {
    const several = picked.several && !alone;
    if (!several && ordinal === null) return t('copy.nothing');
    // An event's rank in log order is its ordinal.
    const { events, asked } = await call('copy_events', {
      source: session.id,
      axis: several ? preferences.now.axis : 'log',
      filter: several ? filter.id : null,
      ranges: several ? [...picked.ranges] : [{ from: ordinal ?? 0, to: (ordinal ?? 0) + 1 }],
      form,
    });
    return events < asked ? t('copy.bounded', { n: events, asked }) : t('copy.events', { n: events });
  });

/** The state that is shown. */
export function copyState(form: Form): Promise<void> {
  const { state } = playhead;
  const shown = (hover.before ? state?.before : state?.state) ?? null;
  if (state === null || shown === null) return saying(() => Promise.resolve(t('copy.nothing')));
  if (form === 'json') return copyText(stateEnvelope(state, shown));
  const value = tryParseJson(shown);
  return value === null ? copyText(shown) : copyTable(value, '');
}

function copyTable(value: Json, path: string): Promise<void> {
  const { text, lines, all } = csvOf(value, path);
  return copyText(text, all ? t('copied') : t('copy.leaves', { n: lines }));
}

/** One field: its value, or its leaves. */
export const copyField = (value: Json, path: string, form: Form): Promise<void> =>
  form === 'json' ? copyText(formatJson(value)) : copyTable(value, path);

/** What opens the source as it is seen now, but for a place. */
const base = (): OpenAtStart => ({
  path: session.source?.path ?? '',
  table: session.source?.store.tables[0] ?? null,
  at: null,
  stream: selection.stream?.name ?? null,
  axis: preferences.now.axis,
  filter: filter.applied?.text ?? null,
  projection: projection.chosen,
});

/** An event as a point: by its position, which stays where the log grows, or else by its place. */
const pointOf = (row: RowDto): string => (row.position === null ? `e${row.ordinal}` : `#${row.position}`);

/** What opens the moment that is shown now. */
export function momentHere(): OpenAtStart {
  const { place, shown } = playhead;
  if (place === null) return base();
  const row = shown?.row ?? null;
  const standsAt =
    row !== null && (place.ordinal === row.ordinal || (place.axis === 'log' && shown?.rank !== 0));
  const moment = place.axis === 'time' ? rfc3339(BigInt(place.coord)) : `e${place.coord}`;
  const before = place.axis === 'log' && BigInt(place.coord) < 0n;
  return { ...base(), at: before ? 'start' : standsAt && filter.id === null ? pointOf(row) : moment };
}

/** What opens an event. */
export const momentOf = (row: RowDto): OpenAtStart => ({ ...base(), stream: row.stream, at: pointOf(row) });

export const copyLink = (open: OpenAtStart): Promise<void> =>
  saying(async () => {
    await call('copy_text', { text: await call('make_link', { open }) });
    return t('copy.link');
  });
