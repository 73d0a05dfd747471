//! The commands of the boundary: name, arguments and answer of each, and their TypeScript.
//!
//! One table makes the window's typed command list; a command without an adapter in the shell does not compile there.

use serde::{Deserialize, Serialize};
use ts_rs::{Config, TS};

#[allow(clippy::wildcard_imports, reason = "the table names nearly all of them")]
use crate::dto::*;

macro_rules! commands {
    ($(
        $(#[$meta:meta])*
        $name:ident $args:ident { $($(#[$fm:meta])* $field:ident: $ty:ty),* $(,)? } -> $answer:ty;
    )*) => {
        $(
            $(#[$meta])*
            #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
            #[serde(rename_all = "camelCase")]
            #[ts(rename_all = "camelCase")]
            pub struct $args {
                $($(#[$fm])* #[allow(missing_docs, reason = "named as in the DTOs")] pub $field: $ty,)*
            }
        )*

        /// The names of all commands, in the table's order.
        pub const COMMANDS: &[&str] = &[$(stringify!($name)),*];

        fn declarations(config: &Config) -> Vec<(String, String)> {
            vec![$((
                stringify!($name).to_owned(),
                format!("{{ args: {}; answer: {} }}", <$args as TS>::inline(config), <$answer as TS>::name(config)),
            )),*]
        }

        fn collect(types: &mut std::collections::BTreeMap<String, String>, config: &Config) {
            let mut visitor = Collect { types, config };
            $( <$args as TS>::visit_dependencies(&mut visitor); ts_rs::TypeVisitor::visit::<$answer>(&mut visitor); )*
            ts_rs::TypeVisitor::visit::<ErrorDto>(&mut visitor);
        }
    };
}

/// An answer that travels as raw bytes into an `ArrayBuffer`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bytes(pub Vec<u8>);

impl TS for Bytes {
    type WithoutGenerics = Self;
    type OptionInnerType = Self;
    fn name(_: &Config) -> String {
        "ArrayBuffer".to_owned()
    }
    fn inline(_: &Config) -> String {
        "ArrayBuffer".to_owned()
    }
}

commands! {
    /// What the shell knows at start.
    app_info AppInfoArgs {} -> AppInfo;
    /// Keeps the UI's preferences (JSON text).
    save_preferences SavePreferencesArgs { json: String } -> ();
    /// What was seen of a store of a file when it was last open, as the UI saved it (JSON text); `None`: never, or it can no longer be read.
    workspace WorkspaceArgs { path: String, store: u32 } -> Option<String>;
    /// Keeps what is seen of a store of a file (JSON text).
    save_workspace SaveWorkspaceArgs { path: String, store: u32, json: String } -> ();
    /// Asks the user for a file; `None` when they cancel.
    pick_file PickFileArgs {} -> Option<String>;
    /// Asks the user where to save; `None` when they cancel.
    pick_save_file PickSaveFileArgs { suggested: String } -> Option<String>;
    /// Files opened before, latest first.
    recent RecentArgs {} -> Vec<RecentDto>;
    /// Forgets the files opened before.
    clear_recent ClearRecentArgs {} -> ();
    /// The demo scenarios.
    demos DemosArgs {} -> Vec<DemoDto>;
    /// Writes a demo (once) into the cache folder and says where; `NAME-mirror` is its mirror, to compare it with.
    prepare_demo PrepareDemoArgs { name: String } -> String;
    /// Looks into a file without indexing it.
    inspect InspectArgs { path: String } -> InspectDto;
    /// What is being opened (by `inspect` or `open`), and how far the temporary copy is that some files need.
    opening OpeningArgs {} -> Option<OpeningDto>;
    /// Gives up what is being opened; it ends as `cancelled`.
    cancel_opening CancelOpeningArgs {} -> ();
    /// The first events a mapping gives. `fields` override `toml`.
    preview_mapping PreviewMappingArgs { path: String, mapping: MappingDto } -> MappingPreviewDto;
    /// Saves a mapping to the `leftfold.toml` beside the file or, where that folder cannot be written, in the user's
    /// configuration; says where.
    save_mapping SaveMappingArgs { path: String, name: String, mapping: MappingDto } -> String;
    /// Opens a store (by index, or by a mapping) and starts to index it. Answers at once.
    open OpenArgs { path: String, store: u32, mapping: Option<MappingDto>, unmasked: bool } -> SourceDto;
    /// What project files hide of a data file, and which of them says so.
    masks MasksArgs { path: String } -> Vec<MaskDto>;
    /// Closes a source and stops its work.
    close CloseArgs { source: u32 } -> ();
    /// How far a source's index is. The shell also emits the event `index` with `{source, generation}` when it grew.
    source_status SourceStatusArgs { source: u32 } -> SourceDto;
    /// What is odd about a history, worst first: from its index, and from reading some of its events whole.
    oddities OdditiesArgs { source: u32 } -> Vec<OddityDto>;
    /// Stops indexing; what is there stays usable.
    cancel_index CancelIndexArgs { source: u32 } -> ();
    /// Indexes again (after a cancel, a failure or a change of the file).
    reindex ReindexArgs { source: u32 } -> ();
    /// The lanes of one kind.
    lanes LanesArgs { source: u32, by: LaneByDto, limit: u32, filter: Option<u32> } -> LanesDto;
    /// How far an axis reaches, and its gaps.
    axis_info AxisInfoArgs { source: u32, axis: AxisDto, filter: Option<u32> } -> AxisInfoDto;
    /// Event counts: for each of `lanes` (keys of kind `by`; empty: one lane of all events) a row of `columns` u32 (little
    /// endian). Column c covers coordinates `from + (to-from)*c/columns` (inclusive) to `from + (to-from)*(c+1)/columns`
    /// (exclusive; `to` itself is exclusive too). Before them a header of four u32: generation, lanes, columns, and the
    /// greatest count of a column.
    density DensityArgs {
        source: u32, axis: AxisDto, by: LaneByDto, lanes: Vec<u32>, from: Int, to: Int, columns: u32, filter: Option<u32>,
    } -> Bytes;
    /// Single events of a range, when few: a header of two u32 (generation, count), then `count` i64 coordinates, then
    /// `count` u32 ordinals, then `count` u32 lane indexes (into `lanes`). Count is 0xFFFFFFFF when more than `limit`.
    marks MarksArgs {
        source: u32, axis: AxisDto, by: LaneByDto, lanes: Vec<u32>, from: Int, to: Int, limit: u32, filter: Option<u32>,
    } -> Bytes;
    /// A window of the event list in the axis's order, with the texts of some fields of each (`payload.total`, `metadata.user`, `correlation_id`).
    rows RowsArgs { source: u32, axis: AxisDto, filter: Option<u32>, offset: u32, limit: u32, fields: Vec<String> } -> RowsDto;
    /// How many events of the list lie at or before a place: the rank just after it.
    rank RankArgs { source: u32, filter: Option<u32>, place: PlaceDto } -> u32;
    /// The same with the last of them, unless that rank is `known`: one answer for what follows the playhead.
    reached ReachedArgs { source: u32, filter: Option<u32>, place: PlaceDto, known: Option<u32> } -> ReachedDto;
    /// One event, whole.
    event EventArgs { source: u32, ordinal: u32 } -> EventDto;
    /// The event another one names as its cause, looked for by its id; `None`: not in this source. A search that follows ends
    /// this one as `cancelled`.
    cause CauseArgs { source: u32, ordinal: u32 } -> Option<RowDto>;
    /// Ends a search for a cause.
    cancel_search CancelSearchArgs { source: u32 } -> ();
    /// Where an event stands on an axis; `None` when it is not on it (no time).
    place_of PlaceOfArgs { source: u32, axis: AxisDto, ordinal: u32 } -> Option<PlaceDto>;
    /// The place of a point as a user writes it (`v7`, `#12`, `e12`, a time, `-15m`, `end`).
    resolve_point ResolvePointArgs { source: u32, axis: AxisDto, stream: Option<u32>, point: String } -> PlaceDto;
    /// The next or previous event: of one lane (`by` and `lane`), or of all (`lane` absent).
    step StepArgs {
        source: u32, filter: Option<u32>, place: PlaceDto, direction: DirectionDto, by: LaneByDto, lane: Option<u32>,
    } -> Option<RowDto>;
    /// A stream's state at a place, with the one before its last event if wanted. A place right after an event shows what that event changed.
    state StateArgs { source: u32, stream: u32, place: PlaceDto, projection: Option<String>, before: bool } -> StateDto;
    /// The difference of a stream's state between two places.
    diff DiffArgs { source: u32, stream: u32, from: PlaceDto, to: PlaceDto, projection: Option<String> } -> DiffDto;
    /// All values a path of a stream's state has held, oldest first, at most `limit` (the latest ones).
    history HistoryArgs { source: u32, stream: u32, path: String, limit: u32, projection: Option<String> } -> Vec<HistoryEntryDto>;
    /// Every value a path of a stream's state has held, by where it holds on an axis, oldest first, at most the latest 200,000.
    watch WatchArgs { source: u32, stream: u32, path: String, axis: AxisDto, projection: Option<String> } -> WatchDto;
    /// The valid times of events, in nanoseconds, in the order they are asked for (at most 1,000); `None`: the event has none.
    valid_times ValidTimesArgs { source: u32, ordinals: Vec<u32> } -> Vec<Option<Int>>;
    /// The next or previous event that changed a path.
    next_change NextChangeArgs {
        source: u32, stream: u32, path: String, place: PlaceDto, direction: DirectionDto, projection: Option<String>,
    } -> Option<RowDto>;
    /// Streams by name.
    streams StreamsArgs { source: u32, query: String, offset: u32, limit: u32 } -> StreamsDto;
    /// Whether a filter can be used; for the filter bar as one types.
    check_filter CheckFilterArgs { text: String } -> FilterCheckDto;
    /// Starts a filter over a source; it goes on in the background. The shell emits `filter` with `{source, filter}` as it grows.
    apply_filter ApplyFilterArgs { source: u32, text: String } -> FilterDto;
    /// How far a filter is.
    filter_status FilterStatusArgs { source: u32, filter: u32 } -> FilterDto;
    /// Names in a filter that nothing here has, if it has ended and keeps nothing: most likely mistyped.
    filter_hints FilterHintsArgs { source: u32, filter: u32 } -> Vec<UnknownNameDto>;
    /// Stops and forgets a filter.
    drop_filter DropFilterArgs { source: u32, filter: u32 } -> ();
    /// Projections one can choose.
    projections ProjectionsArgs { source: u32 } -> Vec<ProjectionDto>;
    /// Where events stand now, by their positions: they move while a capture is being written.
    relocate RelocateArgs { source: u32, positions: Vec<String> } -> Vec<Option<u32>>;
    /// The profiles of the project files: of the folder the program was started in, and of the user's configuration.
    kafka_profiles KafkaProfilesArgs {} -> Vec<KafkaProfileDto>;
    /// Asks the user for a file of properties; `None` when they cancel.
    pick_properties PickPropertiesArgs {} -> Option<String>;
    /// Makes a connection; nothing is asked of a broker yet. A secret that is wanted and can be had from nowhere is an error
    /// (`kafka-secret-wanted`) that names its `property`.
    kafka_connect KafkaConnectArgs { settings: KafkaSettingsDto } -> KafkaConnectionDto;
    /// Forgets a connection and its secrets, and ends what it is asked.
    kafka_disconnect KafkaDisconnectArgs { connection: u32 } -> ();
    /// Puts those of a connection's secrets into the system's keyring that are to be kept there.
    keep_secrets KeepSecretsArgs { connection: u32 } -> ();
    /// Remembers a connection, without its secrets, as the latest.
    remember_connection RememberConnectionArgs { connection: u32 } -> ();
    /// Connections made before, latest first.
    remembered_connections RememberedConnectionsArgs {} -> Vec<KafkaRememberedDto>;
    /// Forgets one of them by its place; the others.
    forget_connection ForgetConnectionArgs { at: u32 } -> Vec<KafkaRememberedDto>;
    /// What saving a connection as a profile would write; nothing is written.
    plan_profile PlanProfileArgs { connection: u32, name: String } -> KafkaProfilePlanDto;
    /// Saves a connection as a profile in the user's own project file; says where.
    save_profile SaveProfileArgs { connection: u32, name: String } -> String;
    /// Ends what a connection is asked, as `cancelled`.
    kafka_cancel KafkaCancelArgs { connection: u32 } -> ();
    /// Tries a connection step by step.
    kafka_check KafkaCheckArgs { connection: u32 } -> Vec<KafkaStepDto>;
    /// The topics that may be seen, by name.
    kafka_topics KafkaTopicsArgs { connection: u32 } -> Vec<KafkaTopicDto>;
    /// What is known of a topic without reading its records. A later question for another topic ends this one as `cancelled`.
    kafka_topic KafkaTopicArgs { connection: u32, topic: String } -> KafkaTopicFactsDto;
    /// The latest records of a topic, decoded. A later question for another topic ends this one as `cancelled`.
    kafka_sample KafkaSampleArgs { connection: u32, topic: String, limit: u32, reading: KafkaReadingDto } -> KafkaSampleDto;
    /// A path for a capture of these topics at which nothing is yet.
    suggest_capture SuggestCaptureArgs { topics: Vec<String> } -> String;
    /// Asks the user where to capture to; `None` when they cancel.
    pick_capture PickCaptureArgs { suggested: String } -> Option<String>;
    /// Starts to capture topics to a file: a new one, or a capture to go on with. `range` are bounds as kcat has them (`beginning`, `end`,
    /// `100`, `-100`, `s@TIME`, `e@TIME`, `..100`); without `partitions`, all are read. Answers at once. The shell emits `capture` with `{capture}` as it goes.
    start_capture StartCaptureArgs {
        connection: u32, topics: Vec<String>, partitions: Vec<u32>, range: Vec<String>, follow: bool, limit: Option<Int>, path: String,
        reading: KafkaReadingDto,
    } -> CaptureDto;
    /// The captures of this run of the program, latest first.
    captures CapturesArgs {} -> Vec<CaptureDto>;
    /// Holds a capture, or lets it go on. Nothing is skipped.
    pause_capture PauseCaptureArgs { capture: u32, paused: bool } -> CaptureDto;
    /// Ends a capture; what was read is kept.
    stop_capture StopCaptureArgs { capture: u32 } -> ();
    /// Forgets a capture that has ended.
    forget_capture ForgetCaptureArgs { capture: u32 } -> ();
    /// Compares an open source with another file; it goes on in the background. The shell emits `comparison` with `{comparison}` as it
    /// goes and when it ends.
    compare_start CompareStartArgs { source: u32, right: String, options: CompareOptionsDto } -> ComparisonDto;
    /// The comparisons that the project file states which speaks for a source.
    saved_comparisons SavedComparisonsArgs { source: u32 } -> Vec<SavedComparisonDto>;
    /// What saving a comparison or a rule in the project file would write, and where: the file that speaks for the source, or one beside it.
    plan_check PlanCheckArgs { source: u32, check: CheckToSaveDto } -> CheckPlanDto;
    /// Saves it there, in place of one of the same name; says where. The rest of the file stays as it is.
    save_check SaveCheckArgs { source: u32, check: CheckToSaveDto } -> String;
    /// The rules that it states.
    rules RulesArgs { source: u32 } -> RulesDto;
    /// Checks rules over an open source: those of these names of its project file and, beside them, one that is written here. It goes on in
    /// the background and is a comparison of one side: the commands about findings work on it.
    check_start CheckStartArgs { source: u32, names: Vec<String>, written: Option<RuleDto> } -> ComparisonDto;
    /// How far a comparison is, and what it came to.
    compare_status CompareStatusArgs { comparison: u32 } -> ComparisonDto;
    /// Ends a comparison; it ends as `cancelled`.
    compare_cancel CompareCancelArgs { comparison: u32 } -> ();
    /// Stops and forgets a comparison.
    compare_close CompareCloseArgs { comparison: u32 } -> ();
    /// A part of a list of findings, with their events.
    findings FindingsArgs { comparison: u32, list: FindingListDto, offset: u32, limit: u32 } -> FindingsDto;
    /// One finding with its events whole, as known at a moment.
    finding FindingArgs { comparison: u32, number: u32, known_at: Option<Int> } -> FindingEvidenceDto;
    /// The place in a list of the finding that stands nearest to a coordinate; `None`: the list holds none on that axis.
    finding_near FindingNearArgs { comparison: u32, list: FindingListDto, axis: AxisDto, coord: Int } -> Option<u32>;
    /// The place of a finding in a list; `None`: it is not in it.
    finding_place FindingPlaceArgs { comparison: u32, list: FindingListDto, number: u32 } -> Option<u32>;
    /// How many findings of a list stand where on an axis: for every column of the spans, one after the other, four u32 (little endian):
    /// pending, confirmed, healed, out of coverage.
    finding_tiles FindingTilesArgs { comparison: u32, list: FindingListDto, axis: AxisDto, spans: Vec<SpanDto> } -> Bytes;
    /// What a comparison came to, as known at a moment.
    comparison_known ComparisonKnownArgs { comparison: u32, known_at: Int } -> KnownDto;
    /// How many events of a side stand where on an axis: one u32 (little endian) for every column of the spans, one after the other. In
    /// log order those of the right side stand at the last left event not later than they.
    side_density SideDensityArgs { comparison: u32, hand: HandDto, axis: AxisDto, spans: Vec<SpanDto> } -> Bytes;
    /// The findings of a list by stream and time: of `limit` streams (at most 200) behind the first `offset`, by how many they have.
    finding_heat FindingHeatArgs {
        comparison: u32, list: FindingListDto, axis: AxisDto, columns: u32, offset: u32, limit: u32,
    } -> HeatDto;
    /// How long both sides disagreed, as known at a moment; the stretch of time cut into at most 2,000 columns.
    convergence ConvergenceArgs { comparison: u32, known_at: Option<Int>, columns: u32 } -> ConvergenceDto;
    /// The states of a finding's stream just after its event. Where a side has no such event: after the last event before it that both
    /// have, and without one after what was there by its time.
    finding_states FindingStatesArgs {
        comparison: u32, number: u32, known_at: Option<Int>, projection: Option<String>,
    } -> FindingStatesDto;
    /// Ends the replays for `finding_states` that are under way, as `cancelled`.
    cancel_states CancelStatesArgs { comparison: u32 } -> ();
    /// Where the right side stands while the left one's playhead is at a place; `None`: the right side holds no events.
    beside BesideArgs { comparison: u32, place: PlaceDto, sync: SyncDto } -> Option<BesideDto>;
    /// The states of a stream of the open source on both sides, at a place of the left one.
    states_beside StatesBesideArgs {
        comparison: u32, stream: String, place: PlaceDto, sync: SyncDto, projection: Option<String>,
    } -> FindingStatesDto;
    /// How much of a file's history the open source has, too; `None`: it is the same file, or holds no events.
    likeness LikenessArgs { source: u32, path: String } -> Option<LikenessDto>;
    /// Writes what is seen to a file, whole or not at all and never in place of the source. One at a time.
    export_view ExportViewArgs { source: u32, filter: Option<u32>, what: ExportDto, path: String } -> ExportedDto;
    /// How far what is being exported is; `None`: nothing is.
    export_progress ExportProgressArgs {} -> Option<ExportProgressDto>;
    /// Gives up what is being exported.
    cancel_export CancelExportArgs {} -> ();

    // Copies, links and windows.
    /// Puts events of a list on the clipboard, by stretches of ranks: at most a hundred thousand events and 32 MiB.
    copy_events CopyEventsArgs {
        source: u32, axis: AxisDto, filter: Option<u32>, ranges: Vec<RankRangeDto>, form: CopyFormDto,
    } -> CopiedDto;
    /// Puts a text on the clipboard.
    copy_text CopyTextArgs { text: String } -> ();
    /// The link that opens something.
    make_link MakeLinkArgs { open: OpenAtStart } -> String;
    /// What a link asks to open.
    read_link ReadLinkArgs { link: String } -> OpenAtStart;
    /// What led to an event, up to the root. A search that follows ends this one as `cancelled`.
    causes CausesArgs { source: u32, ordinal: u32 } -> CausesDto;
    /// What an event led to, and what that led to. A search that follows ends this one as `cancelled`.
    effects EffectsArgs { source: u32, ordinal: u32 } -> EffectsDto;
    /// Opens another window, with nothing open in it.
    new_window NewWindowArgs {} -> ();
    /// Closes the window this comes from: it was told `closing`, and has kept what is seen in it.
    leave LeaveArgs {} -> ();
}

struct Collect<'a> {
    types: &'a mut std::collections::BTreeMap<String, String>,
    config: &'a Config,
}

impl ts_rs::TypeVisitor for Collect<'_> {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        if T::output_path().is_some() {
            let name = T::name(self.config);
            if self.types.contains_key(&name) {
                return;
            }
            self.types.insert(name, T::decl(self.config));
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
    }
}

/// The TypeScript module of all commands and their types, as it stands in `ui/src/ipc/contract.ts`.
pub fn typescript() -> String {
    let config = Config::default();
    let mut types = std::collections::BTreeMap::new();
    collect(&mut types, &config);
    let mut out = String::from(
        "// Generated from crates/leftfold-session/src/contract.rs: do not edit. `make types` writes it anew.\n\n",
    );
    for declaration in types.values() {
        out.push_str("export ");
        out.push_str(declaration);
        out.push_str("\n\n");
    }
    out.push_str("/** Every code an error, a problem or a mistake in a filter can carry. */\nexport const ERROR_CODES = [\n");
    for code in crate::CODES {
        out.push_str("  '");
        out.push_str(code);
        out.push_str("',\n");
    }
    out.push_str("] as const;\n\nexport type ErrorCode = (typeof ERROR_CODES)[number];\n\n");
    out.push_str("export interface Commands {\n");
    for (name, declaration) in declarations(&config) {
        out.push_str("  ");
        out.push_str(&name);
        out.push_str(": ");
        out.push_str(&declaration);
        out.push_str(";\n");
    }
    out.push_str("}\n");
    out
}
