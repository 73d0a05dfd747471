// Generated from crates/leftfold-session/src/contract.rs: do not edit. `make types` writes it anew.

export type AppInfo = { 
/**
 * The program's version.
 */
version: string, 
/**
 * The system's locale (`en-GB`, `zh-CN`).
 */
locale: string, 
/**
 * What was asked for on the command line: a path, or nothing.
 */
open: OpenAtStart | null, 
/**
 * Preferences as the UI last saved them (JSON text), if ever.
 */
preferences: string | null, };

export type AsOfDto = { 
/**
 * After this event of the index; `None`: before all.
 */
after: number | null, 
/**
 * Whether it fits up to the end.
 */
isEnd: boolean, 
/**
 * The latest time that it may be as of, in nanoseconds.
 */
time: Int | null, 
/**
 * Rows that fit there, and streams that rightly have none.
 */
fitting: number, 
/**
 * How many there are.
 */
of: number, 
/**
 * Events that come after it.
 */
eventsBehind: number, 
/**
 * For how long the first of these has been there at the end, in nanoseconds.
 */
timeBehind: Int | null, 
/**
 * Whether that is more than stated.
 */
isTooFar: boolean, };

export type AxisDto = "time" | "log";

export type AxisInfoDto = { 
/**
 * The first coordinate.
 */
from: Int, 
/**
 * The last coordinate, inclusive.
 */
to: Int, 
/**
 * Events on it (after the filter).
 */
events: number, 
/**
 * Long stretches without any event (before the filter), longest first, at most 32.
 */
gaps: Array<GapDto>, };

export type BesideDto = { 
/**
 * By alignment: the left event whose partner that is; its ordinal is that of the index.
 */
left: RowDto | null, 
/**
 * The last event of the right side that is there; its ordinal is its place there. `None`: there is none yet.
 */
right: RowDto | null, 
/**
 * Where that stands on the axis of the place; `None`: nowhere.
 */
at: Int | null, 
/**
 * By alignment: events of the left side after that one, up to the playhead, which have no partner.
 */
withoutPartner: number, };

export type BlameDto = { 
/**
 * RFC 6901 pointer.
 */
path: string, 
/**
 * The event.
 */
ordinal: number, 
/**
 * Its version.
 */
version: Int | null, 
/**
 * Its type.
 */
type: string, 
/**
 * Its time, RFC 3339.
 */
time: string | null, };

export type BookmarkDto = { 
/**
 * Where.
 */
place: PlaceDto, 
/**
 * Whose state is shown there; `None`: that of the stream of the last event up to there.
 */
stream: number | null, 
/**
 * What was noted.
 */
note: string, };

export type CaptureDto = { 
/**
 * Its handle.
 */
id: number, 
/**
 * The file.
 */
path: string, 
/**
 * Its topics.
 */
topics: Array<string>, 
/**
 * Whether it goes on when the end is reached.
 */
follow: boolean, 
/**
 * How it is.
 */
state: CaptureStateDto, 
/**
 * Whether the file is there and can be opened.
 */
ready: boolean, 
/**
 * Records written by this run.
 */
records: Int, 
/**
 * Bytes of their keys and values.
 */
bytes: Int, 
/**
 * Records left, at most.
 */
left: Int, 
/**
 * Records a second, over the last seconds.
 */
rate: number, 
/**
 * Seconds it has been at work, pauses among them.
 */
seconds: number, 
/**
 * What the reader should know, in sentences.
 */
notes: Array<string>, 
/**
 * Why it ended, when it failed.
 */
error: ErrorDto | null, };

export type CaptureStateDto = "connecting" | "reading" | "live" | "paused" | "complete" | "stopped" | "failed";

export type CauseEndDto = "root" | "itself" | { "missing": { 
/**
 * That id.
 */
id: string, } } | { "cycle": { 
/**
 * That one.
 */
ordinal: number, } } | "bounded";

export type CausesDto = { 
/**
 * Its cause, that one's cause and so on.
 */
chain: Array<RowDto>, 
/**
 * Why it ends there.
 */
end: CauseEndDto, };

export type CertaintyDto = "guess" | "likely" | "certain";

export type ChangeDto = { 
/**
 * RFC 6901 pointer.
 */
path: string, 
/**
 * Added, removed or changed.
 */
kind: ChangeKindDto, 
/**
 * Before, JSON text.
 */
before: string | null, 
/**
 * After, JSON text.
 */
after: string | null, };

export type ChangeKindDto = "added" | "removed" | "changed";

export type CheckPlanDto = { 
/**
 * The project file.
 */
path: string, 
/**
 * The lines.
 */
text: string, 
/**
 * Whether one of the same name is there and is replaced.
 */
replaces: boolean, };

export type CheckToSaveDto = { 
/**
 * Its name.
 */
name: string, 
/**
 * The right side of a comparison, as a path.
 */
right: string, 
/**
 * How it compares.
 */
options: CompareOptionsDto | null, 
/**
 * The rule.
 */
rule: RuleDto | null, };

export type ColumnDto = { 
/**
 * Its name.
 */
name: string, 
/**
 * Its declared type, as written.
 */
declared: string, 
/**
 * A few values as text, shortened.
 */
samples: Array<string>, };

export type CompareOptionsDto = { 
/**
 * How much later an event may be on the other side, in milliseconds.
 */
lagToleranceMs: Int, 
/**
 * Whether both sides are complete, so that nothing is pending.
 */
settled: boolean, 
/**
 * What is left out: pointers into the payload (`*` is any key or element), `type`.
 */
ignore: Array<string>, 
/**
 * What events are known by.
 */
identity: IdentityDto, 
/**
 * Whether the metadata is compared, too.
 */
metadata: boolean, 
/**
 * Numbers that are no further apart are equal; a decimal.
 */
numberTolerance: string | null, 
/**
 * Times that are no further apart are equal, in milliseconds; the events' own are compared only with this.
 */
timeToleranceMs: Int | null, 
/**
 * Whether the left side keeps only the last event of each stream.
 */
leftCompacted: boolean, 
/**
 * Whether the right side does.
 */
rightCompacted: boolean, 
/**
 * Only these streams are compared (`*` is any text); empty: all.
 */
onlyStreams: Array<string>, 
/**
 * Only streams of these categories; empty: all.
 */
onlyCategories: Array<string>, 
/**
 * Only events of these types; empty: all.
 */
onlyTypes: Array<string>, 
/**
 * The moment as known at which it is looked at first: a time, or `-15m` (so long before the last event). None: the end.
 */
knownAt: string | null, 
/**
 * How events belong together, where the sides do not hold the same ones.
 */
correlated: CorrelatedOptionsDto | null, 
/**
 * How rows are states, where the right side holds such.
 */
projection: ProjectionOptionsDto | null, };

export type ComparisonDto = { 
/**
 * Its handle.
 */
id: number, 
/**
 * The source that is its left side.
 */
source: number, 
/**
 * How the sides relate.
 */
mode: ModeDto, 
/**
 * The left file's name.
 */
left: string, 
/**
 * The right file's name; of rules, empty, as the next three are.
 */
right: string, 
/**
 * The right file.
 */
rightPath: string, 
/**
 * What the right file was read as.
 */
rightStore: string, 
/**
 * How many other event histories the right file holds.
 */
rightOthers: number, 
/**
 * How it is.
 */
state: ComparisonStateDto, 
/**
 * Events read of the left side.
 */
leftRead: Int, 
/**
 * Events there, as far as that is known.
 */
leftTotal: Int | null, 
/**
 * Events read of the right side.
 */
rightRead: Int, 
/**
 * Events there, as far as that is known.
 */
rightTotal: Int | null, 
/**
 * What it came to, when it is done.
 */
summary: ComparisonSummaryDto | null, 
/**
 * The moment as known at which it was asked for, in nanoseconds, when it is done.
 */
knownAt: Int | null, 
/**
 * Why it ended, when it failed.
 */
error: ErrorDto | null, };

export type ComparisonStateDto = "running" | "done" | "cancelled" | "failed";

export type ComparisonSummaryDto = { 
/**
 * The verdict.
 */
verdict: VerdictDto, 
/**
 * Of `eventuallyEqual`: the longest disagreement, in nanoseconds.
 */
within: Int | null, 
/**
 * What events were known by, where both sides hold the same ones.
 */
identity: IdentityDto | null, 
/**
 * Why, in a sentence (English); else empty.
 */
identityReason: string, 
/**
 * Events of the left side.
 */
leftEvents: number, 
/**
 * Events of the right side.
 */
rightEvents: number, 
/**
 * Events that have a partner.
 */
paired: number, 
/**
 * Streams of either side; where events are correlated, keys.
 */
streams: number, 
/**
 * Streams in which anything was found.
 */
streamsDiffering: number, 
/**
 * The findings by category; those that do not occur are left out.
 */
counts: Array<FindingCountDto>, 
/**
 * The first finding that is certain, by its number.
 */
first: number | null, 
/**
 * Up to when both sides are known, in nanoseconds; `None`: everything is.
 */
knownUntil: Int | null, 
/**
 * Whether the left events are those of the open source's index, so that one can go to them. False while that is
 * still read, and when the file was written to meanwhile.
 */
aligned: boolean, 
/**
 * Rows of either side that could not be read at all, in sentences; at most a few.
 */
unreadable: Array<string>, 
/**
 * Of a correlated comparison.
 */
correlated: CorrelatedSummaryDto | null, 
/**
 * Of states.
 */
projection: ProjectionSummaryDto | null, 
/**
 * Of rules: each of them.
 */
rules: Array<RuleSummaryDto>, };

export type ConvergenceDto = { 
/**
 * The earliest moment of either side, in nanoseconds.
 */
from: Int, 
/**
 * The latest one.
 */
to: Int, 
/**
 * The most streams that disagreed at one moment, for each of the equal parts of that stretch; those not known yet are left out.
 */
disagreeing: Array<number>, 
/**
 * The most of all.
 */
most: number, 
/**
 * When that was first; `None`: none ever did.
 */
mostAt: Int | null, 
/**
 * How long disagreements took that ended.
 */
toConverge: LengthsDto, 
/**
 * How many have not ended.
 */
open: number, 
/**
 * How much later the second of two partners was recorded.
 */
lag: LengthsDto, };

export type CopiedDto = { 
/**
 * Events that were copied.
 */
events: number, 
/**
 * Events that were asked for.
 */
asked: number, };

export type CopyFormDto = "json" | "csv";

export type CorrelatedOptionsDto = { 
/**
 * Which events of the left side take part (CEL); empty: all.
 */
leftWhen: string, 
/**
 * Which of the right side.
 */
rightWhen: string, 
/**
 * What an event of the left side shares with its partners: `payload.orderId`, `stream`, `correlation_id`, …
 */
leftKey: string, 
/**
 * What one of the right side does.
 */
rightKey: string, 
/**
 * How many belong to one: `1:1`, `1:0..1`, `1:1..`; empty: one.
 */
cardinality: string, 
/**
 * How long after the left event its partners may take (`30s`); empty: however long.
 */
within: string, 
/**
 * How far before the left event its partners may be stamped; empty: not at all.
 */
skew: string, 
/**
 * What is equal: `payload.total = payload.amount`, or one field that both sides have.
 */
equal: Array<string>, };

export type CorrelatedSummaryDto = { 
/**
 * Keys of both sides.
 */
keysBoth: number, 
/**
 * Keys of the left side alone.
 */
keysLeft: number, 
/**
 * Keys of the right side alone.
 */
keysRight: number, 
/**
 * The left side.
 */
left: TookDto, 
/**
 * The right side.
 */
right: TookDto, };

export type DemoDto = { 
/**
 * Its name.
 */
name: string, 
/**
 * Its title.
 */
title: string, 
/**
 * What it shows.
 */
description: string, };

export type DiffDto = { 
/**
 * The stream.
 */
stream: string, 
/**
 * RFC 6902 patch, JSON text.
 */
patch: string, 
/**
 * The same, one change a leaf.
 */
changes: Array<ChangeDto>, 
/**
 * The earlier state, JSON text.
 */
fromState: string, 
/**
 * The later state, JSON text.
 */
toState: string, };

export type DirectionDto = "next" | "previous";

export type EffectDto = { 
/**
 * The event.
 */
row: RowDto, 
/**
 * What caused it, by its ordinal.
 */
parent: number, 
/**
 * It stands above already: events that cause each other.
 */
again: boolean, };

export type EffectsDto = { 
/**
 * Each after what caused it.
 */
effects: Array<EffectDto>, 
/**
 * There are more: so many are told.
 */
more: boolean, };

export type ErrorDto = { 
/**
 * Stable across releases (`source-locked`, `filter-syntax`, `cancelled`, …).
 */
code: string, 
/**
 * What, where and what to do, in English.
 */
message: string, 
/**
 * The names and texts in it (`path`, `reason`, `name`, …), for a front end that says it in another language.
 */
params: { [key in string]: string }, };

export type EventDto = { 
/**
 * As in the list.
 */
row: RowDto, 
/**
 * Its id, if it has one.
 */
id: string | null, 
/**
 * Whether the time's zone was assumed to be UTC.
 */
timeAssumedUtc: boolean, 
/**
 * Effective time, RFC 3339.
 */
validTime: string | null, 
/**
 * Correlation id.
 */
correlationId: string | null, 
/**
 * Direct cause.
 */
causationId: string | null, 
/**
 * Other streams it belongs to.
 */
alsoIn: Array<string>, 
/**
 * The payload as JSON text (lossless), if decodable.
 */
payload: string | null, 
/**
 * The metadata as JSON text, if decodable.
 */
metadata: string | null, 
/**
 * How the payload was stored (`json`, `zlib+json`, `encrypted`, …).
 */
payloadEncoding: string, 
/**
 * The payload's stored bytes: base64 of at most the first 64 KiB.
 */
payloadBase64: string, 
/**
 * The payload's length in bytes.
 */
payloadBytes: Int, 
/**
 * Further facts of the store: name and JSON text.
 */
extra: Array<[string, string]>, 
/**
 * What could not be read.
 */
problems: Array<ErrorDto>, 
/**
 * The whole event as DESIGN's one-line JSON envelope, for copying.
 */
json: string, };

export type ExportDto = { 
/**
 * As what.
 */
form: ExportFormDto, 
/**
 * Along which timeline.
 */
axis: AxisDto, 
/**
 * The first coordinate; `None`: from the beginning.
 */
from: Int | null, 
/**
 * The last coordinate, itself included; `None`: to the end.
 */
to: Int | null, 
/**
 * What makes a lane of the picture.
 */
by: LaneByDto, 
/**
 * Its lanes, from top to bottom.
 */
lanes: Array<ExportLaneDto>, 
/**
 * Its lanes of values, below them.
 */
values: Array<ExportValueDto>, 
/**
 * The gaps that are folded.
 */
folds: Array<GapDto>, 
/**
 * What each of them takes of the axis.
 */
foldLength: Int, 
/**
 * Whether counts are as high as they are great, and not by their roots.
 */
linear: boolean, 
/**
 * The playhead: where the states are taken, and drawn in the picture.
 */
playhead: PlaceDto, 
/**
 * Marked places.
 */
bookmarks: Array<BookmarkDto>, 
/**
 * The projection; `None`: the configured one of each stream.
 */
projection: string | null, 
/**
 * The language of a page, and of a picture that scales.
 */
language: LanguageDto, 
/**
 * Whether the picture is dark.
 */
dark: boolean, 
/**
 * Whether a file that is there may be replaced. The source never is.
 */
replace: boolean, };

export type ExportFormDto = "eventsNdjson" | "eventsCsv" | "statesNdjson" | "statesCsv" | "svg" | "png" | "page";

export type ExportLaneDto = { 
/**
 * What it is called.
 */
name: string, 
/**
 * The keys of what it holds.
 */
keys: Array<number>, 
/**
 * The number of its colour.
 */
colour: number, };

export type ExportProgressDto = { 
/**
 * Events or states written.
 */
done: Int, 
/**
 * Of so many; 0: not known.
 */
total: Int, };

export type ExportValueDto = { 
/**
 * What it is called.
 */
name: string, 
/**
 * Whose state the field is in.
 */
stream: number, 
/**
 * The field, as a JSON pointer.
 */
path: string, };

export type ExportedDto = { 
/**
 * How many events or states.
 */
written: number, 
/**
 * Whether each state stands whole in one column, because all of them have too many fields for a table.
 */
whole: boolean, };

export type FieldDifferenceDto = { 
/**
 * A pointer into the payload, or a part of the event.
 */
path: string, 
/**
 * What the left one has there, as JSON text.
 */
left: string | null, 
/**
 * What the right one has there.
 */
right: string | null, };

export type FilterCheckDto = { 
/**
 * `None`: it can.
 */
error: FilterErrorDto | null, };

export type FilterDto = { 
/**
 * Its handle; use it in other queries while it is still scanning: they see what matched so far.
 */
id: number, 
/**
 * Its text.
 */
text: string, 
/**
 * Events that match so far.
 */
matched: number, 
/**
 * Events looked at so far.
 */
scanned: number, 
/**
 * Events to look at.
 */
total: number, 
/**
 * Whether it is done.
 */
done: boolean, 
/**
 * Events on which the expression failed (a missing field counts as no match, not as failure).
 */
failed: number, 
/**
 * The first failure, in a sentence.
 */
firstFailure: string | null, };

export type FilterErrorDto = { 
/**
 * Stable across releases: `filter-syntax`, `filter-name` or `filter-not-a-condition`.
 */
code: string, 
/**
 * What is wrong and what to write instead.
 */
message: string, 
/**
 * First wrong character (UTF-16 units, as JavaScript counts).
 */
start: number, 
/**
 * After the last wrong character.
 */
end: number, };

export type FindingCountDto = { 
/**
 * The category, as in JSON (`missing`, `version-collision`, …); of rules, `rule:` and a name.
 */
category: string, 
/**
 * Those that may still heal.
 */
pending: number, 
/**
 * Those that are divergences.
 */
confirmed: number, 
/**
 * Those that were, and are none any more.
 */
healed: number, 
/**
 * Those that the other side is not expected to hold.
 */
outOfCoverage: number, };

export type FindingDto = { 
/**
 * Its handle.
 */
number: number, 
/**
 * Whether its other event came within the lag tolerance: a finding only as known at a moment before that, and of no number in the end.
 */
awaited: boolean, 
/**
 * What it is, as in JSON; of rules, `rule:` and a name.
 */
category: string, 
/**
 * How certain it is.
 */
status: FindingStatusDto, 
/**
 * Its stream; empty where it is in none.
 */
stream: string, 
/**
 * What the two sides are known by together, where it is not the stream.
 */
key: string | null, 
/**
 * What category and evidence do not say, in a sentence (English).
 */
message: string | null, 
/**
 * The event of the left side; its ordinal is that of the index if the comparison is `aligned`. Keys mean nothing.
 */
left: RowDto | null, 
/**
 * The event of the right side. Its ordinal is its place there; keys mean nothing.
 */
right: RowDto | null, 
/**
 * The event of the same side that it repeats.
 */
of: RowDto | null, 
/**
 * Where the two say something else.
 */
fields: Array<FieldDifferenceDto>, 
/**
 * When it began, in nanoseconds.
 */
since: Int | null, 
/**
 * When it healed, in nanoseconds.
 */
healed: Int | null, 
/**
 * Where it stands on the time axis.
 */
atTime: Int | null, 
/**
 * Where it stands in log order of the left side: at its left event; without one, at the last event not later than it.
 */
atLog: Int, };

export type FindingEvidenceDto = { 
/**
 * As in the list.
 */
finding: FindingDto, 
/**
 * The left event's payload as JSON text, if decodable.
 */
leftPayload: string | null, 
/**
 * The right event's payload.
 */
rightPayload: string | null, 
/**
 * The payload of the event that is repeated.
 */
ofPayload: string | null, 
/**
 * What is to be known of a row that should hold a state.
 */
row: RowEvidenceDto | null, };

export type FindingListDto = { 
/**
 * Categories that are left out.
 */
hiddenCategories: Array<string>, 
/**
 * Statuses that are left out.
 */
hiddenStatuses: Array<FindingStatusDto>, 
/**
 * By category, then stream, then beginning; else by beginning alone.
 */
grouped: boolean, 
/**
 * As known at this moment, in nanoseconds: what had not begun is left out, what had not healed had not. None: in the end.
 */
knownAt: Int | null, };

export type FindingStatesDto = { 
/**
 * The left one.
 */
left: SideStateDto | null, 
/**
 * The right one.
 */
right: SideStateDto | null, 
/**
 * The places at which they differ, and what set each of them; at most `MOST_FIELDS`.
 */
fields: Array<StateFieldDto>, 
/**
 * How many there are.
 */
differing: number, };

export type FindingStatusDto = "pending" | "confirmed" | "healed" | "outOfCoverage";

export type FindingsDto = { 
/**
 * Findings of the whole list.
 */
total: number, 
/**
 * The place of the first one of these.
 */
offset: number, 
/**
 * These.
 */
findings: Array<FindingDto>, };

export type GapDto = { 
/**
 * The last coordinate before it.
 */
from: Int, 
/**
 * The first coordinate after it.
 */
to: Int, };

export type HandDto = "left" | "right";

export type HeatCellDto = { 
/**
 * The column.
 */
column: number, 
/**
 * How many.
 */
count: number, 
/**
 * The worst of their statuses.
 */
status: FindingStatusDto, 
/**
 * The first of them, by its number.
 */
first: number, };

export type HeatDto = { 
/**
 * Where the first column begins.
 */
from: Int, 
/**
 * Where the last one ends, exclusive.
 */
to: Int, 
/**
 * How many columns.
 */
columns: number, 
/**
 * How many streams have findings in the list.
 */
streams: number, 
/**
 * Findings of the list that stand nowhere on this axis.
 */
withoutPlace: number, 
/**
 * The streams asked for.
 */
rows: Array<HeatRowDto>, };

export type HeatRowDto = { 
/**
 * The stream; empty where findings are in none.
 */
stream: string, 
/**
 * Those that may still heal.
 */
pending: number, 
/**
 * Those that are divergences.
 */
confirmed: number, 
/**
 * Those that were.
 */
healed: number, 
/**
 * Those that are none.
 */
outOfCoverage: number, 
/**
 * The first of them, by its number.
 */
first: number, 
/**
 * Where that stands.
 */
firstAt: Int | null, 
/**
 * The columns that hold any, ascending.
 */
cells: Array<HeatCellDto>, };

export type HistoryEntryDto = { 
/**
 * The event that set it.
 */
row: RowDto, 
/**
 * Before, JSON text.
 */
before: string | null, 
/**
 * After, JSON text; `None`: removed.
 */
after: string | null, };

export type IdentityDto = "auto" | "id" | "version" | "content";

export type IndexDto = { 
/**
 * Grows with every published snapshot; answers carry the one they were computed from.
 */
generation: number, 
/**
 * Events indexed so far.
 */
events: number, 
/**
 * Upper bound of all events, if known.
 */
total: number | null, 
/**
 * Streams seen so far.
 */
streams: number, 
/**
 * Event types seen so far.
 */
types: number, 
/**
 * Categories seen so far.
 */
categories: number, 
/**
 * Bytes of memory the index takes.
 */
bytes: Int, 
/**
 * Whether the index is complete.
 */
state: IndexStateDto, 
/**
 * Why it failed, when it did.
 */
error: ErrorDto | null, 
/**
 * Events with a problem in their header.
 */
problems: number, 
/**
 * Rows or pages that could not be read at all, in sentences.
 */
unreadable: Array<string>, 
/**
 * Whether any event has a time.
 */
hasTime: boolean, 
/**
 * Events without a time.
 */
withoutTime: number, 
/**
 * Whether log order and event time order differ.
 */
timeDisorder: boolean, 
/**
 * Earliest time, RFC 3339.
 */
firstTime: string | null, 
/**
 * Latest time, RFC 3339.
 */
lastTime: string | null, 
/**
 * Whether the file changed on disk since the index was made.
 */
stale: boolean, 
/**
 * Whether it is a capture that is being written: more comes, and ordinals move when it does.
 */
growing: boolean, };

export type IndexStateDto = "reading" | "ready" | "cancelled" | "failed";

export type InspectDto = { 
/**
 * The file.
 */
path: string, 
/**
 * `sqlite`, `ndjson` or `capture`.
 */
kind: string, 
/**
 * The event histories found, most certain first. Empty: the mapping screen is all there is.
 */
stores: Array<StoreDto>, 
/**
 * All tables, for the mapping screen.
 */
tables: Array<TableDto>, 
/**
 * A `{code, message}` when the file opens but no store was recognised.
 */
problem: ErrorDto | null, };

export type Int = string;

export type KafkaConnectionDto = { 
/**
 * Its handle.
 */
id: number, 
/**
 * The brokers to begin with.
 */
servers: string, 
/**
 * The properties in force, secrets masked, `${NAME}` as written.
 */
properties: Array<[string, string]>, 
/**
 * Properties that are left out, since they are about consumer groups.
 */
leftOut: Array<string>, };

export type KafkaOutcomeDto = "works" | "fails" | "notReached" | "none";

export type KafkaPartitionDto = { 
/**
 * Its number.
 */
number: number, 
/**
 * The first offset there.
 */
low: Int, 
/**
 * The one after the last.
 */
high: Int, };

export type KafkaProfileDto = { 
/**
 * Its name.
 */
name: string, 
/**
 * The project file it stands in.
 */
file: string, 
/**
 * Its brokers.
 */
servers: string, 
/**
 * Its properties, secrets masked, `${NAME}` as written.
 */
properties: Array<[string, string]>, 
/**
 * Why it cannot be used.
 */
problem: ErrorDto | null, };

export type KafkaProfilePlanDto = { 
/**
 * The project file in the user's configuration.
 */
path: string, 
/**
 * The lines.
 */
text: string, 
/**
 * Whether a profile of this name is there and is replaced.
 */
replaces: boolean, 
/**
 * Environment variables that stand for secrets which are nowhere yet.
 */
variables: Array<string>, 
/**
 * A project file that goes before and has a profile of this name, too.
 */
shadowedBy: string | null, };

export type KafkaReadingDto = { 
/**
 * Decoders: `[TOPIC:]key=FORM` or `[TOPIC:]value=FORM`, with FORM one of auto, json, text, hex, int, long, msgpack, cbor, avro, protobuf,
 * `avro:FILE` or `protobuf:FILE#MESSAGE`.
 */
decoders: Array<string>, 
/**
 * Where facts of the events are found: `FIELD=PLACE`, as in `stream=payload/orderId`, `version=metadata/seq`.
 */
mapping: Array<string>, };

export type KafkaRememberedDto = { 
/**
 * The profile it began with.
 */
profile: string | null, 
/**
 * The brokers to begin with.
 */
servers: string, 
/**
 * The schema registry's URL, without a login.
 */
registry: string, 
/**
 * The file of properties.
 */
file: string, 
/**
 * Properties as text; lines with a secret are left out.
 */
text: string, 
/**
 * Properties from fields of their own; of secrets only references (`${NAME}`, `${keyring:NAME}`).
 */
properties: Array<[string, string]>, };

export type KafkaSampleDto = { 
/**
 * Latest first. Ordinals and keys mean nothing.
 */
rows: Array<RowDto>, 
/**
 * In which form each row's payload was read and why (`avro: it is framed with schema 3 of the registry`); empty: it was not.
 */
decodedBy: Array<string>, 
/**
 * The same of each row's key; empty: it is text.
 */
keyDecodedBy: Array<string>, 
/**
 * What could not be read of each row, and why; empty: all could.
 */
problems: Array<string>, 
/**
 * The time of the first record that is still there, RFC 3339: not always the earliest.
 */
first: string | null, 
/**
 * The time of the latest one.
 */
last: string | null, 
/**
 * Why values could not be decoded that need a schema.
 */
notes: Array<string>, };

export type KafkaSettingsDto = { 
/**
 * A profile of `leftfold.toml`, to begin with.
 */
profile: string | null, 
/**
 * A file of properties, librdkafka's or Java's; empty: none.
 */
file: string, 
/**
 * Properties as text, `name=value` a line; `#` begins a remark.
 */
text: Secret, 
/**
 * Properties by librdkafka's names, from fields of their own.
 */
properties: Array<[string, Secret]>, 
/**
 * Brokers to begin with, `host:port` with commas between; empty: as said above.
 */
servers: string, 
/**
 * The schema registry's URL; empty: as said above.
 */
registry: string, 
/**
 * Properties whose values are to be kept in the system's keyring, each with the name it goes by there.
 */
keyring: Array<[string, string]>, };

export type KafkaStepDto = { 
/**
 * `properties`, `network`, `tls`, `login`, `topics` or `registry`.
 */
part: string, 
/**
 * How it went.
 */
outcome: KafkaOutcomeDto, 
/**
 * What was found, in a sentence, where it works.
 */
found: string, 
/**
 * Why it fails, and what to do.
 */
error: ErrorDto | null, };

export type KafkaTopicDto = { 
/**
 * Its name.
 */
name: string, 
/**
 * How many partitions it has.
 */
partitions: number, 
/**
 * Whether it is one of the cluster's own.
 */
internal: boolean, };

export type KafkaTopicFactsDto = { 
/**
 * The topic.
 */
name: string, 
/**
 * Where its partitions begin and end.
 */
partitions: Array<KafkaPartitionDto>, 
/**
 * Records at most: markers, compaction and deleted records leave holes.
 */
atMost: Int, 
/**
 * `delete`, `compact` or both; `None`: the broker does not tell.
 */
cleanup: string | null, 
/**
 * Milliseconds records are kept, -1 for ever; `None`: the broker does not tell.
 */
retentionMs: Int | null, 
/**
 * Bytes a partition keeps, -1 without a limit; `None`: the broker does not tell.
 */
retentionBytes: Int | null, };

export type KnownDto = { 
/**
 * The verdict.
 */
verdict: VerdictDto, 
/**
 * Of `eventuallyEqual`: the longest disagreement, in nanoseconds.
 */
within: Int | null, 
/**
 * The findings by category; those that do not occur are left out.
 */
counts: Array<FindingCountDto>, 
/**
 * How many of the pending ones came within the tolerance afterwards: no findings in the end.
 */
awaited: number, 
/**
 * The first finding that is certain, by its number.
 */
first: number | null, 
/**
 * Streams in which something is certain, and has not healed.
 */
streamsDiffering: number, 
/**
 * Up to when both sides are known, in nanoseconds; `None`: everything is.
 */
knownUntil: Int | null, };

export type LaneByDto = "category" | "type" | "stream";

export type LaneDto = { 
/**
 * Its handle among the lanes of the same kind: stable while the source is open.
 */
key: number, 
/**
 * Its name; may be empty.
 */
name: string, 
/**
 * Its events.
 */
events: number, };

export type LanesDto = { 
/**
 * Up to the asked-for number of lanes.
 */
lanes: Array<LaneDto>, 
/**
 * How many lanes there are in all.
 */
total: number, };

export type LanguageDto = "en" | "zh";

export type LengthClassDto = { 
/**
 * The greatest of it, in nanoseconds; `None`: whatever is longer.
 */
upTo: Int | null, 
/**
 * How many.
 */
count: number, };

export type LengthsDto = { 
/**
 * How many there are.
 */
count: number, 
/**
 * The length that half of them do not exceed, in nanoseconds.
 */
median: Int | null, 
/**
 * The length that 95 in 100 do not exceed.
 */
p95: Int | null, 
/**
 * The greatest.
 */
longest: Int | null, 
/**
 * How many there are of each class, shortest first, without empty ones at either end.
 */
classes: Array<LengthClassDto>, };

export type LikenessDto = { 
/**
 * The file.
 */
path: string, 
/**
 * What it is read as.
 */
title: string, 
/**
 * Whether that is what the open source is read as.
 */
sameDialect: boolean, 
/**
 * Its streams, of those looked at.
 */
streams: SharedDto, 
/**
 * Its categories.
 */
categories: SharedDto, 
/**
 * Its types.
 */
types: SharedDto, 
/**
 * Ids of events of one stream and version.
 */
ids: SharedDto, 
/**
 * Events within the time that the open source spans.
 */
times: SharedDto, 
/**
 * From 0, nothing in common, to 100.
 */
score: number, };

export type MappingDto = { 
/**
 * The event table.
 */
table: string, 
/**
 * Fields by name: `stream`, `category`, `version`, `position`, `id`, `type`, `time`, `valid_time`, `payload`,
 * `metadata`, `correlation_id`, `causation_id`.
 */
fields: Array<MappingFieldDto>, 
/**
 * The whole mapping as TOML, as it would be saved; edited fields take precedence over it.
 */
toml: string, };

export type MappingFieldDto = { 
/**
 * The model's field.
 */
field: string, 
/**
 * A column, `column/json/pointer`, or a template `{column}-{column}`; empty: none.
 */
expression: string, 
/**
 * `auto`, or for times `iso`, `s`, `ms`, `us`, `ns`, `ticks`, `julian`; for payloads `json`, `text`, `zlib`, `yaml`, `xml`,
 * `bytes`.
 */
format: string, };

export type MappingPreviewDto = { 
/**
 * Up to twenty rows.
 */
rows: Array<RowDto>, 
/**
 * What does not fit, in sentences.
 */
problems: Array<string>, };

export type MaskDto = { 
/**
 * The path or pattern.
 */
name: string, 
/**
 * The project file.
 */
file: string, };

export type ModeDto = "mirror" | "correlated" | "projection" | "rules";

export type OddityDto = { 
/**
 * Stable across releases, as `inspect` writes it.
 */
code: string, 
/**
 * How many events (or streams).
 */
count: Int, 
/**
 * The first of them.
 */
first: number | null, 
/**
 * As a person would find it.
 */
label: string | null, 
/**
 * How many events were looked at, where that was not all: there are at least `count`.
 */
lookedAt: number | null, 
/**
 * All of it in a sentence (English).
 */
message: string, };

export type OpenAtStart = { 
/**
 * A file's path; `demo:NAME` for a demo scenario.
 */
path: string, 
/**
 * The table of the history, where the file may hold several.
 */
table: string | null, 
/**
 * A point (`v7`, `#12`, `e12`, a time, `end`), if given.
 */
at: string | null, 
/**
 * A stream to select, if given.
 */
stream: string | null, 
/**
 * The axis, if given.
 */
axis: AxisDto | null, 
/**
 * A filter, if given.
 */
filter: string | null, 
/**
 * A projection, if given.
 */
projection: string | null, };

export type OpeningDto = { 
/**
 * Its path.
 */
path: string, 
/**
 * Bytes copied so far to a temporary copy: 0 where none is made.
 */
copied: Int, 
/**
 * Bytes to copy, nearly.
 */
total: Int, };

export type PlaceDto = { 
/**
 * The axis.
 */
axis: AxisDto, 
/**
 * The coordinate.
 */
coord: Int, 
/**
 * Breaks the tie between events at one coordinate.
 */
ordinal: number | null, };

export type ProjectionDto = { 
/**
 * Its name.
 */
name: string, 
/**
 * What it does, in a sentence (English; the UI has texts for the built-in ones).
 */
description: string, 
/**
 * Whether it is built in.
 */
builtIn: boolean, };

export type ProjectionOptionsDto = { 
/**
 * The projection that makes the states; empty: each stream's own.
 */
projection: string, 
/**
 * The table whose rows are compared; empty: the file's only one, or its lines of states, or its history.
 */
table: string, 
/**
 * What says whose state a row is: a column, or a template of columns; empty: the primary key.
 */
key: string, 
/**
 * The columns that are compared; empty: all that both sides have.
 */
fields: Array<string>, 
/**
 * Where columns are in the state, where that is not a field of their name: column and place.
 */
map: Array<[string, string]>, 
/**
 * How far the rows may be behind the end (`5m`); empty: however far.
 */
within: string, };

export type ProjectionSummaryDto = { 
/**
 * The table; `None`: lines of states, or another history's.
 */
table: string | null, 
/**
 * Whether the right side is another history.
 */
ofHistory: boolean, 
/**
 * Rows of the right side.
 */
rows: number, 
/**
 * Streams that are compared.
 */
streams: number, 
/**
 * The columns that are compared, and where they are in a state.
 */
columns: Array<[string, string]>, 
/**
 * Columns that are not, as no state has a field of their name or a mask hides it.
 */
leftOut: Array<string>, 
/**
 * Rows without a key.
 */
keyless: number, 
/**
 * Rows of streams that are not to be compared.
 */
outside: number, 
/**
 * The place of the log that the rows fit best; `None`: none fits anywhere.
 */
asOf: AsOfDto | null, };

export type ProposedNameDto = { 
/**
 * The name; a field as a filter writes it.
 */
name: string, 
/**
 * The filter with this name in the place of the other; `None` where that place cannot be found.
 */
filter: string | null, };

export type RankRangeDto = { 
/**
 * The first rank.
 */
from: number, 
/**
 * The rank after the last one.
 */
to: number, };

export type ReachedDto = { 
/**
 * How many events of the list lie at or before it.
 */
rank: number, 
/**
 * The last of them, unless there is none or the reader knows it.
 */
row: RowDto | null, };

export type RecentDto = { 
/**
 * Its path.
 */
path: string, 
/**
 * Its file name.
 */
name: string, 
/**
 * Whether it is still there.
 */
exists: boolean, 
/**
 * When it was last opened, RFC 3339.
 */
opened: string, };

export type RowDto = { 
/**
 * Its ordinal in log order: the handle of an event.
 */
ordinal: number, 
/**
 * Position as the store writes it, where the store has positions.
 */
position: string | null, 
/**
 * Stream.
 */
stream: string, 
/**
 * Stream's lane key.
 */
streamKey: number, 
/**
 * Category, if any.
 */
category: string | null, 
/**
 * Category's lane key.
 */
categoryKey: number, 
/**
 * Version.
 */
version: Int | null, 
/**
 * Type.
 */
type: string, 
/**
 * Type's lane key.
 */
typeKey: number, 
/**
 * Time in nanoseconds.
 */
timeNanos: Int | null, 
/**
 * Time, RFC 3339 with the store's digits.
 */
time: string | null, 
/**
 * The start of the payload as text, at most 240 characters.
 */
preview: string, 
/**
 * Whether `preview` is all of it.
 */
previewComplete: boolean, 
/**
 * Whether the event has any problem.
 */
problem: boolean, };

export type RowEvidenceDto = { 
/**
 * The row as JSON text; `None`: there is none.
 */
row: string | null, 
/**
 * The state that it should hold, as JSON text; `None`: there is none.
 */
state: string | null, 
/**
 * How many events of the stream it lacks, where it is as the stream's state once was.
 */
behind: number | null, 
/**
 * The event that last changed each field that differs, in the order of the finding's fields.
 */
blame: Array<SetByDto | null>, 
/**
 * The same of the right side, where the row is the state of a history; empty where it is not.
 */
blameRight: Array<SetByDto | null>, 
/**
 * Where the row differs from the state at the place that the table is as of, unless that is the end.
 */
atPlace: Array<FieldDifferenceDto> | null, };

export type RowsDto = { 
/**
 * The index generation it was computed from.
 */
generation: number, 
/**
 * Events in the whole list (after the filter, on this axis).
 */
total: number, 
/**
 * The rank of the first row in the list.
 */
offset: number, 
/**
 * The rows.
 */
rows: Array<RowDto>, 
/**
 * The texts of the fields that were asked for, by row; none where none was.
 */
fields: Array<Array<string | null>>, };

export type RuleDto = { 
/**
 * What it is called.
 */
name: string, 
/**
 * Which events it is about (CEL); empty: all.
 */
when: string, 
/**
 * What has to hold at each of them, over the event, `state` after it and `before` it.
 */
check: string, 
/**
 * Or what has to follow each of them,
 */
expect: string, 
/**
 * with which it shares this,
 */
by: string, 
/**
 * and how soon (`30s`); empty: some time.
 */
within: string, 
/**
 * Whether the history is complete: what has not followed by its end never will.
 */
settled: boolean, 
/**
 * Only streams of these names (`*` is any text); empty: all.
 */
streams: Array<string>, 
/**
 * Only streams of these categories; empty: all.
 */
categories: Array<string>, 
/**
 * Only events of these types; empty: all.
 */
types: Array<string>, 
/**
 * The projection whose states it sees; empty: each stream's own.
 */
projection: string, };

export type RuleSummaryDto = { 
/**
 * Its name.
 */
name: string, 
/**
 * What its violations are listed under.
 */
category: string, 
/**
 * Violations, healed ones too.
 */
violations: number, 
/**
 * Those that may still be none.
 */
pending: number, 
/**
 * Streams with a violation.
 */
streams: number, 
/**
 * Violations that are listed; the first ten thousand are.
 */
listed: number, 
/**
 * When the first one began, in nanoseconds.
 */
since: Int | null, 
/**
 * What it says.
 */
text: string, 
/**
 * What makes its outcome worth little, in sentences.
 */
notes: Array<string>, 
/**
 * Why it could not be checked.
 */
error: ErrorDto | null, };

export type RulesDto = { 
/**
 * The project file; `None`: there is none.
 */
path: string | null, 
/**
 * Its rules.
 */
rules: Array<StatedRuleDto>, };

export type SavedComparisonDto = { 
/**
 * Its name.
 */
name: string, 
/**
 * Its mode.
 */
mode: ModeDto, 
/**
 * Its left side, as it is written.
 */
left: string, 
/**
 * Its right side as a path that can be opened.
 */
right: string, 
/**
 * How it compares; `None`: it cannot be used here.
 */
options: CompareOptionsDto | null, 
/**
 * Why it cannot be used, in a sentence.
 */
problem: string | null, 
/**
 * Whether its left side is the open source.
 */
isHere: boolean, };

export type Secret = string;

export type SetByDto = { 
/**
 * Its type.
 */
type: string, 
/**
 * Its version.
 */
version: Int | null, 
/**
 * Its position in the source's log.
 */
position: string | null, 
/**
 * Its time, RFC 3339.
 */
time: string | null, 
/**
 * Of the left side, where that is aligned: its ordinal in the index.
 */
ordinal: number | null, };

export type SharedDto = { 
/**
 * These.
 */
shared: number, 
/**
 * Of these.
 */
of: number, };

export type SideStateDto = { 
/**
 * The stream.
 */
stream: string, 
/**
 * After how many of its events.
 */
included: number, 
/**
 * How many it has.
 */
length: number, 
/**
 * The projection.
 */
projection: string, 
/**
 * The state as JSON text.
 */
state: string, 
/**
 * The last event that is included.
 */
last: SetByDto | null, 
/**
 * Events that the projection could not apply.
 */
problems: number, };

export type SourceDto = { 
/**
 * Its handle.
 */
id: number, 
/**
 * Its path.
 */
path: string, 
/**
 * Its file name.
 */
name: string, 
/**
 * The store that is read.
 */
store: StoreDto, 
/**
 * Fields that are hidden, as the project file names them.
 */
masks: Array<string>, 
/**
 * How far the index is.
 */
index: IndexDto, };

export type SpanDto = { 
/**
 * Its beginning.
 */
from: Int, 
/**
 * Its end, exclusive.
 */
to: Int, 
/**
 * How many columns.
 */
columns: number, };

export type StateDto = { 
/**
 * The stream.
 */
stream: string, 
/**
 * Its lane key.
 */
streamKey: number, 
/**
 * How many of its events are included.
 */
included: number, 
/**
 * How many it has.
 */
length: number, 
/**
 * The last included event; `None` before the first.
 */
last: RowDto | null, 
/**
 * The event after it, if any.
 */
next: number | null, 
/**
 * The projection's name.
 */
projection: string, 
/**
 * The state as JSON text.
 */
state: string, 
/**
 * The state before the last included event, as JSON text; only where it was asked for, because a long state costs
 * its length to send and to read.
 */
before: string | null, 
/**
 * What the last included event changed.
 */
changes: Array<ChangeDto>, 
/**
 * For every path of the state: the event that last changed it.
 */
blame: Array<BlameDto>, 
/**
 * How many events of the stream could not be folded, up to this place.
 */
unfolded: number, 
/**
 * Some of them, in stream order: the first and the latest, for there may be as many as there are events.
 */
problems: Array<ErrorDto>, 
/**
 * What the stream lacks up to this place, as far as can be told: versions that are passed over, and rows or lines that cannot be read and
 * may be its own.
 */
missing: Array<ErrorDto>, 
/**
 * Whether an included event carries a later time than a place on the time axis (late or skewed stamps).
 */
timeDisorder: boolean, };

export type StateFieldDto = { 
/**
 * RFC 6901 pointer.
 */
path: string, 
/**
 * What the left state has there, as JSON text.
 */
left: string | null, 
/**
 * What the right one has there.
 */
right: string | null, 
/**
 * The event that set it on the left.
 */
leftBy: SetByDto | null, 
/**
 * The event that set it on the right.
 */
rightBy: SetByDto | null, };

export type StatedRuleDto = { 
/**
 * Its name.
 */
name: string, 
/**
 * What it says; `None`: it cannot be read.
 */
rule: RuleDto | null, 
/**
 * Why it cannot be used, in a sentence.
 */
problem: string | null, 
/**
 * The source that it names where that is not the open one.
 */
elsewhere: string | null, };

export type StoreDto = { 
/**
 * Its index in the file.
 */
index: number, 
/**
 * The dialect's name.
 */
dialect: string, 
/**
 * The dialect for a person.
 */
title: string, 
/**
 * How sure that is.
 */
certainty: CertaintyDto, 
/**
 * Why, best reason first.
 */
reasons: Array<string>, 
/**
 * The tables it reads.
 */
tables: Array<string>, 
/**
 * What the reader should know.
 */
notes: Array<string>, 
/**
 * The dialect or guess as an editable mapping (JSON text of [`MappingDto`]'s content).
 */
mapping: MappingDto, };

export type StreamDto = { 
/**
 * Its lane key.
 */
key: number, 
/**
 * Its name.
 */
name: string, 
/**
 * Its category, if any.
 */
category: string | null, 
/**
 * Its events.
 */
events: number, };

export type StreamsDto = { 
/**
 * A window of them: exact match first, then prefix matches, then the others, each by name.
 */
streams: Array<StreamDto>, 
/**
 * How many match in all.
 */
total: number, };

export type SyncDto = "time" | "alignment";

export type TableDto = { 
/**
 * Its name.
 */
name: string, 
/**
 * Its columns.
 */
columns: Array<ColumnDto>, 
/**
 * Rows, if cheap to know.
 */
rows: Int | null, };

export type TookDto = { 
/**
 * Events that take part.
 */
takingPart: Int, 
/**
 * Those that would, but have no key.
 */
keyless: Int, 
/**
 * Those for which an expression could not be evaluated.
 */
failed: Int, 
/**
 * Why, for the first of them.
 */
firstFailure: string | null, };

export type UnknownKindDto = "type" | "category" | "stream" | "field";

export type UnknownNameDto = { 
/**
 * What it is of.
 */
kind: UnknownKindDto, 
/**
 * The name; a field as a filter writes it.
 */
name: string, 
/**
 * Names like it that are there, nearest first.
 */
near: Array<ProposedNameDto>, 
/**
 * Where none is like it: some of those that are there.
 */
others: Array<ProposedNameDto>, 
/**
 * Whether there are more of these.
 */
more: boolean, 
/**
 * A field: how many events were looked at; `None`: all.
 */
lookedAt: number | null, 
/**
 * All of it in a sentence (English).
 */
message: string, };

export type VerdictDto = "alwaysEqual" | "eventuallyEqual" | "undecided" | "never";

export type WatchDto = { 
/**
 * Where each change takes effect: on the time axis the moment at which the state first includes its event.
 */
coords: Array<Int>, 
/**
 * At that moment: the event at which it does, as a place names it.
 */
places: Array<number>, 
/**
 * The event that made each change.
 */
ordinals: Array<number>, 
/**
 * The value from there on, JSON text; of a long text or structure only the beginning, which ends in `…`. `None`: the field is not there.
 */
values: Array<string | null>, 
/**
 * How many changes there are, those left out included.
 */
total: number, };

/** Every code an error, a problem or a mistake in a filter can carry. */
export const ERROR_CODES = [
  'cancelled',
  'capture-busy',
  'capture-disk-full',
  'capture-newer',
  'capture-not-ours',
  'capture-out-of-range',
  'capture-write',
  'check-name',
  'clipboard',
  'comparison-gone',
  'comparison-running',
  'demo-failed',
  'export-early',
  'filter-fails',
  'filter-gone',
  'filter-name',
  'filter-not-a-condition',
  'filter-syntax',
  'handler-failed',
  'index-incomplete',
  'internal',
  'json-duplicate-key',
  'kafka-disconnected',
  'kafka-forbidden',
  'kafka-keyring',
  'kafka-no-partition',
  'kafka-no-profile',
  'kafka-no-topic',
  'kafka-other-cluster',
  'kafka-profile-name',
  'kafka-properties-file',
  'kafka-property',
  'kafka-range',
  'kafka-read',
  'kafka-registry',
  'kafka-sasl',
  'kafka-secret-wanted',
  'kafka-tls',
  'kafka-topic-changed',
  'kafka-unreachable',
  'kafka-variable',
  'link-syntax',
  'masked',
  'metadata-undecodable',
  'name-unreadable',
  'no-such-capture',
  'no-such-demo',
  'no-such-event',
  'no-such-finding',
  'no-such-lane',
  'no-such-point',
  'no-such-projection',
  'no-such-stream',
  'no-thread',
  'no-witness',
  'not-kept',
  'nothing-to-compare',
  'number-syntax',
  'output-exists',
  'output-failed',
  'output-is-source',
  'path-syntax',
  'payload-encrypted',
  'payload-undecodable',
  'point-syntax',
  'project-file',
  'replay-failed',
  'row-unreadable',
  'source-changed',
  'source-closed',
  'source-damaged',
  'source-encrypted',
  'source-locked',
  'source-mapping',
  'source-no-events',
  'source-not-a-database',
  'source-not-rolled-back',
  'source-only-views',
  'source-read',
  'source-received',
  'source-unopenable',
  'time-inexact',
  'time-unreadable',
  'too-much',
  'version-gap',
  'version-late-start',
  'version-unreadable',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

export interface Commands {
  app_info: { args: Record<symbol, never>; answer: AppInfo };
  save_preferences: { args: { json: string, }; answer: null };
  workspace: { args: { path: string, store: number, }; answer: string | null };
  save_workspace: { args: { path: string, store: number, json: string, }; answer: null };
  pick_file: { args: Record<symbol, never>; answer: string | null };
  pick_save_file: { args: { suggested: string, }; answer: string | null };
  recent: { args: Record<symbol, never>; answer: Array<RecentDto> };
  clear_recent: { args: Record<symbol, never>; answer: null };
  demos: { args: Record<symbol, never>; answer: Array<DemoDto> };
  prepare_demo: { args: { name: string, }; answer: string };
  inspect: { args: { path: string, }; answer: InspectDto };
  opening: { args: Record<symbol, never>; answer: OpeningDto | null };
  cancel_opening: { args: Record<symbol, never>; answer: null };
  preview_mapping: { args: { path: string, mapping: MappingDto, }; answer: MappingPreviewDto };
  save_mapping: { args: { path: string, name: string, mapping: MappingDto, }; answer: string };
  open: { args: { path: string, store: number, mapping: MappingDto | null, unmasked: boolean, }; answer: SourceDto };
  masks: { args: { path: string, }; answer: Array<MaskDto> };
  close: { args: { source: number, }; answer: null };
  source_status: { args: { source: number, }; answer: SourceDto };
  oddities: { args: { source: number, }; answer: Array<OddityDto> };
  cancel_index: { args: { source: number, }; answer: null };
  reindex: { args: { source: number, }; answer: null };
  lanes: { args: { source: number, by: LaneByDto, limit: number, filter: number | null, }; answer: LanesDto };
  axis_info: { args: { source: number, axis: AxisDto, filter: number | null, }; answer: AxisInfoDto };
  density: { args: { source: number, axis: AxisDto, by: LaneByDto, lanes: Array<number>, from: Int, to: Int, columns: number, filter: number | null, }; answer: ArrayBuffer };
  marks: { args: { source: number, axis: AxisDto, by: LaneByDto, lanes: Array<number>, from: Int, to: Int, limit: number, filter: number | null, }; answer: ArrayBuffer };
  rows: { args: { source: number, axis: AxisDto, filter: number | null, offset: number, limit: number, fields: Array<string>, }; answer: RowsDto };
  rank: { args: { source: number, filter: number | null, place: PlaceDto, }; answer: number };
  reached: { args: { source: number, filter: number | null, place: PlaceDto, known: number | null, }; answer: ReachedDto };
  event: { args: { source: number, ordinal: number, }; answer: EventDto };
  cause: { args: { source: number, ordinal: number, }; answer: RowDto | null };
  cancel_search: { args: { source: number, }; answer: null };
  place_of: { args: { source: number, axis: AxisDto, ordinal: number, }; answer: PlaceDto | null };
  resolve_point: { args: { source: number, axis: AxisDto, stream: number | null, point: string, }; answer: PlaceDto };
  step: { args: { source: number, filter: number | null, place: PlaceDto, direction: DirectionDto, by: LaneByDto, lane: number | null, }; answer: RowDto | null };
  state: { args: { source: number, stream: number, place: PlaceDto, projection: string | null, before: boolean, }; answer: StateDto };
  diff: { args: { source: number, stream: number, from: PlaceDto, to: PlaceDto, projection: string | null, }; answer: DiffDto };
  history: { args: { source: number, stream: number, path: string, limit: number, projection: string | null, }; answer: Array<HistoryEntryDto> };
  watch: { args: { source: number, stream: number, path: string, axis: AxisDto, projection: string | null, }; answer: WatchDto };
  valid_times: { args: { source: number, ordinals: Array<number>, }; answer: Array<Int | null> };
  next_change: { args: { source: number, stream: number, path: string, place: PlaceDto, direction: DirectionDto, projection: string | null, }; answer: RowDto | null };
  streams: { args: { source: number, query: string, offset: number, limit: number, }; answer: StreamsDto };
  check_filter: { args: { text: string, }; answer: FilterCheckDto };
  apply_filter: { args: { source: number, text: string, }; answer: FilterDto };
  filter_status: { args: { source: number, filter: number, }; answer: FilterDto };
  filter_hints: { args: { source: number, filter: number, }; answer: Array<UnknownNameDto> };
  drop_filter: { args: { source: number, filter: number, }; answer: null };
  projections: { args: { source: number, }; answer: Array<ProjectionDto> };
  relocate: { args: { source: number, positions: Array<string>, }; answer: Array<number | null> };
  kafka_profiles: { args: Record<symbol, never>; answer: Array<KafkaProfileDto> };
  pick_properties: { args: Record<symbol, never>; answer: string | null };
  kafka_connect: { args: { settings: KafkaSettingsDto, }; answer: KafkaConnectionDto };
  kafka_disconnect: { args: { connection: number, }; answer: null };
  keep_secrets: { args: { connection: number, }; answer: null };
  remember_connection: { args: { connection: number, }; answer: null };
  remembered_connections: { args: Record<symbol, never>; answer: Array<KafkaRememberedDto> };
  forget_connection: { args: { at: number, }; answer: Array<KafkaRememberedDto> };
  plan_profile: { args: { connection: number, name: string, }; answer: KafkaProfilePlanDto };
  save_profile: { args: { connection: number, name: string, }; answer: string };
  kafka_cancel: { args: { connection: number, }; answer: null };
  kafka_check: { args: { connection: number, }; answer: Array<KafkaStepDto> };
  kafka_topics: { args: { connection: number, }; answer: Array<KafkaTopicDto> };
  kafka_topic: { args: { connection: number, topic: string, }; answer: KafkaTopicFactsDto };
  kafka_sample: { args: { connection: number, topic: string, limit: number, reading: KafkaReadingDto, }; answer: KafkaSampleDto };
  suggest_capture: { args: { topics: Array<string>, }; answer: string };
  pick_capture: { args: { suggested: string, }; answer: string | null };
  start_capture: { args: { connection: number, topics: Array<string>, partitions: Array<number>, range: Array<string>, follow: boolean, limit: Int | null, path: string, reading: KafkaReadingDto, }; answer: CaptureDto };
  captures: { args: Record<symbol, never>; answer: Array<CaptureDto> };
  pause_capture: { args: { capture: number, paused: boolean, }; answer: CaptureDto };
  stop_capture: { args: { capture: number, }; answer: null };
  forget_capture: { args: { capture: number, }; answer: null };
  compare_start: { args: { source: number, right: string, options: CompareOptionsDto, }; answer: ComparisonDto };
  saved_comparisons: { args: { source: number, }; answer: Array<SavedComparisonDto> };
  plan_check: { args: { source: number, check: CheckToSaveDto, }; answer: CheckPlanDto };
  save_check: { args: { source: number, check: CheckToSaveDto, }; answer: string };
  rules: { args: { source: number, }; answer: RulesDto };
  check_start: { args: { source: number, names: Array<string>, written: RuleDto | null, }; answer: ComparisonDto };
  compare_status: { args: { comparison: number, }; answer: ComparisonDto };
  compare_cancel: { args: { comparison: number, }; answer: null };
  compare_close: { args: { comparison: number, }; answer: null };
  findings: { args: { comparison: number, list: FindingListDto, offset: number, limit: number, }; answer: FindingsDto };
  finding: { args: { comparison: number, number: number, knownAt: Int | null, }; answer: FindingEvidenceDto };
  finding_near: { args: { comparison: number, list: FindingListDto, axis: AxisDto, coord: Int, }; answer: number | null };
  finding_place: { args: { comparison: number, list: FindingListDto, number: number, }; answer: number | null };
  finding_tiles: { args: { comparison: number, list: FindingListDto, axis: AxisDto, spans: Array<SpanDto>, }; answer: ArrayBuffer };
  comparison_known: { args: { comparison: number, knownAt: Int, }; answer: KnownDto };
  side_density: { args: { comparison: number, hand: HandDto, axis: AxisDto, spans: Array<SpanDto>, }; answer: ArrayBuffer };
  finding_heat: { args: { comparison: number, list: FindingListDto, axis: AxisDto, columns: number, offset: number, limit: number, }; answer: HeatDto };
  convergence: { args: { comparison: number, knownAt: Int | null, columns: number, }; answer: ConvergenceDto };
  finding_states: { args: { comparison: number, number: number, knownAt: Int | null, projection: string | null, }; answer: FindingStatesDto };
  cancel_states: { args: { comparison: number, }; answer: null };
  beside: { args: { comparison: number, place: PlaceDto, sync: SyncDto, }; answer: BesideDto | null };
  states_beside: { args: { comparison: number, stream: string, place: PlaceDto, sync: SyncDto, projection: string | null, }; answer: FindingStatesDto };
  likeness: { args: { source: number, path: string, }; answer: LikenessDto | null };
  export_view: { args: { source: number, filter: number | null, what: ExportDto, path: string, }; answer: ExportedDto };
  export_progress: { args: Record<symbol, never>; answer: ExportProgressDto | null };
  cancel_export: { args: Record<symbol, never>; answer: null };
  copy_events: { args: { source: number, axis: AxisDto, filter: number | null, ranges: Array<RankRangeDto>, form: CopyFormDto, }; answer: CopiedDto };
  copy_text: { args: { text: string, }; answer: null };
  make_link: { args: { open: OpenAtStart, }; answer: string };
  read_link: { args: { link: string, }; answer: OpenAtStart };
  causes: { args: { source: number, ordinal: number, }; answer: CausesDto };
  effects: { args: { source: number, ordinal: number, }; answer: EffectsDto };
  new_window: { args: Record<symbol, never>; answer: null };
  leave: { args: Record<symbol, never>; answer: null };
}
