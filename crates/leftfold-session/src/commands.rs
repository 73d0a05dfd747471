//! The boundary's commands that need no shell: one function each, named and documented as in the contract.
#![allow(missing_docs, reason = "documented in the contract, one table for all")]
#![allow(
    clippy::needless_pass_by_value,
    reason = "arguments arrive owned, as the shell deserialised them"
)]

use std::path::Path;

use leftfold_event::{Cancel, Point};
use leftfold_log::{Axis, LaneBy, Place};

pub use crate::compare::commands::{
    beside, cancel_states, comparison_known, convergence, finding_heat, finding_states, likeness,
    side_density, states_beside,
};
pub use crate::compare::saving::{plan_check, save_check};
pub use crate::compare::stated::{check_start, compare_start, rules, saved_comparisons};
pub use crate::export::command::{cancel_export, export_progress, export_view};
use crate::{Session, SessionError, check_filter as check, filter_dto, link, mapping, project};
#[allow(
    clippy::wildcard_imports,
    reason = "one function a command names nearly all of them"
)]
use crate::{contract::*, dto::*};

type Answer<T> = Result<T, SessionError>;

impl From<AxisDto> for Axis {
    fn from(axis: AxisDto) -> Self {
        match axis {
            AxisDto::Time => Self::Time,
            AxisDto::Log => Self::Log,
        }
    }
}

impl From<Axis> for AxisDto {
    fn from(axis: Axis) -> Self {
        match axis {
            Axis::Time => Self::Time,
            Axis::Log => Self::Log,
        }
    }
}

impl From<LaneByDto> for LaneBy {
    fn from(by: LaneByDto) -> Self {
        match by {
            LaneByDto::Category => Self::Category,
            LaneByDto::Type => Self::Type,
            LaneByDto::Stream => Self::Stream,
        }
    }
}

impl From<PlaceDto> for Place {
    fn from(place: PlaceDto) -> Self {
        Self {
            axis: place.axis.into(),
            coord: place.coord.0,
            ordinal: place.ordinal,
        }
    }
}

impl From<Place> for PlaceDto {
    fn from(place: Place) -> Self {
        Self {
            axis: place.axis.into(),
            coord: Int(place.coord),
            ordinal: place.ordinal,
        }
    }
}

pub fn inspect(session: &Session, args: InspectArgs) -> Answer<InspectDto> {
    let path = Path::new(&args.path);
    session.opening_of(path, |cancel, tick| session.inspect_with(path, cancel, tick))
}

pub fn opening(session: &Session, _: OpeningArgs) -> Answer<Option<OpeningDto>> {
    Ok(session.opening())
}

pub fn cancel_opening(session: &Session, _: CancelOpeningArgs) -> Answer<()> {
    session.cancel_opening();
    Ok(())
}

pub fn oddities(session: &Session, args: OdditiesArgs) -> Answer<Vec<OddityDto>> {
    let found = session.source(args.source)?.oddities(&Cancel::new())?;
    Ok(found.into_iter().map(OddityDto::from).collect())
}

pub fn preview_mapping(session: &Session, args: PreviewMappingArgs) -> Answer<MappingPreviewDto> {
    session.preview_mapping(Path::new(&args.path), &args.mapping, &Cancel::new())
}

pub fn save_mapping(session: &Session, args: SaveMappingArgs) -> Answer<String> {
    let mapping = mapping::from_dto(&args.mapping)?;
    let saved = project::save_mapping(
        Path::new(&args.path),
        &args.name,
        &mapping,
        session.config_folder(),
    )?;
    Ok(saved.display().to_string())
}

pub fn open(session: &Session, args: OpenArgs) -> Answer<SourceDto> {
    let path = Path::new(&args.path);
    session.opening_of(path, |cancel, tick| {
        let which = (args.store, args.mapping.as_ref(), !args.unmasked);
        session.open_with(path, which, cancel, tick)
    })
}

pub fn masks(session: &Session, args: MasksArgs) -> Answer<Vec<MaskDto>> {
    session.masks_stated(Path::new(&args.path))
}

pub fn close(session: &Session, args: CloseArgs) -> Answer<()> {
    session.close(args.source);
    Ok(())
}

pub fn source_status(session: &Session, args: SourceStatusArgs) -> Answer<SourceDto> {
    session.status(args.source)
}

pub fn cancel_index(session: &Session, args: CancelIndexArgs) -> Answer<()> {
    session.source(args.source)?.cancel_index();
    Ok(())
}

pub fn reindex(session: &Session, args: ReindexArgs) -> Answer<()> {
    session.source(args.source)?.reindex();
    Ok(())
}

pub fn lanes(session: &Session, args: LanesArgs) -> Answer<LanesDto> {
    Ok(session
        .source(args.source)?
        .view(args.filter)?
        .lanes_dto(args.by.into(), args.limit))
}

pub fn axis_info(session: &Session, args: AxisInfoArgs) -> Answer<AxisInfoDto> {
    Ok(session
        .source(args.source)?
        .view(args.filter)?
        .axis_info(args.axis.into()))
}

pub fn density(session: &Session, args: DensityArgs) -> Answer<Bytes> {
    let view = session.source(args.source)?.view(args.filter)?;
    let (from, to) = (args.from.0, args.to.0);
    view.density_bytes(
        args.axis.into(),
        args.by.into(),
        &args.lanes,
        from,
        to,
        args.columns,
    )
    .map(Bytes)
}

pub fn marks(session: &Session, args: MarksArgs) -> Answer<Bytes> {
    let view = session.source(args.source)?.view(args.filter)?;
    let (from, to) = (args.from.0, args.to.0);
    Ok(Bytes(view.marks_bytes(
        args.axis.into(),
        args.by.into(),
        &args.lanes,
        from,
        to,
        args.limit,
    )))
}

pub fn rows(session: &Session, args: RowsArgs) -> Answer<RowsDto> {
    session.source(args.source)?.view(args.filter)?.rows(
        args.axis.into(),
        (args.offset, args.limit),
        &args.fields,
        &Cancel::new(),
    )
}

pub fn rank(session: &Session, args: RankArgs) -> Answer<u32> {
    Ok(session
        .source(args.source)?
        .view(args.filter)?
        .rank(&args.place.into()))
}

pub fn reached(session: &Session, args: ReachedArgs) -> Answer<ReachedDto> {
    let view = session.source(args.source)?.view(args.filter)?;
    view.reached(&args.place.into(), args.known, &Cancel::new())
}

pub fn event(session: &Session, args: EventArgs) -> Answer<EventDto> {
    session
        .source(args.source)?
        .view(None)?
        .event_dto(args.ordinal, &Cancel::new())
}

pub fn cause(session: &Session, args: CauseArgs) -> Answer<Option<RowDto>> {
    let source = session.source(args.source)?;
    let cancel = source.begin_search();
    source.view(None)?.cause_of(args.ordinal, &cancel)
}

pub fn cancel_search(session: &Session, args: CancelSearchArgs) -> Answer<()> {
    session.source(args.source)?.cancel_search();
    Ok(())
}

pub fn place_of(session: &Session, args: PlaceOfArgs) -> Answer<Option<PlaceDto>> {
    let axis: Axis = args.axis.into();
    let coord = session.source(args.source)?.view(None)?.coord(axis, args.ordinal);
    Ok(coord.map(|coord| {
        Place {
            axis,
            coord,
            ordinal: Some(args.ordinal),
        }
        .into()
    }))
}

pub fn resolve_point(session: &Session, args: ResolvePointArgs) -> Answer<PlaceDto> {
    let point = Point::parse(&args.point)?;
    session
        .source(args.source)?
        .view(None)?
        .resolve(args.axis.into(), args.stream, &point, &Cancel::new())
        .map(Into::into)
}

pub fn step(session: &Session, args: StepArgs) -> Answer<Option<RowDto>> {
    let view = session.source(args.source)?.view(args.filter)?;
    let lane = args.lane.map(|lane| (args.by.into(), lane));
    view.step_row(
        &args.place.into(),
        lane,
        args.direction == DirectionDto::Next,
        &Cancel::new(),
    )
}

pub fn state(session: &Session, args: StateArgs) -> Answer<StateDto> {
    let view = session.source(args.source)?.view(None)?;
    view.state_in_brief(
        args.stream,
        &args.place.into(),
        args.projection.as_deref(),
        args.before,
        &Cancel::new(),
    )
}

pub fn diff(session: &Session, args: DiffArgs) -> Answer<DiffDto> {
    let view = session.source(args.source)?.view(None)?;
    let projection = args.projection.as_deref();
    view.diff(
        args.stream,
        &args.from.into(),
        &args.to.into(),
        projection,
        &Cancel::new(),
    )
}

pub fn history(session: &Session, args: HistoryArgs) -> Answer<Vec<HistoryEntryDto>> {
    let view = session.source(args.source)?.view(None)?;
    view.history(
        args.stream,
        &args.path,
        args.limit,
        args.projection.as_deref(),
        &Cancel::new(),
    )
}

pub fn watch(session: &Session, args: WatchArgs) -> Answer<WatchDto> {
    let view = session.source(args.source)?.view(None)?;
    view.watch(
        args.stream,
        &args.path,
        args.axis.into(),
        args.projection.as_deref(),
        &Cancel::new(),
    )
}

pub fn valid_times(session: &Session, args: ValidTimesArgs) -> Answer<Vec<Option<Int>>> {
    let view = session.source(args.source)?.view(None)?;
    view.valid_times(&args.ordinals, &Cancel::new())
}

pub fn next_change(session: &Session, args: NextChangeArgs) -> Answer<Option<RowDto>> {
    let view = session.source(args.source)?.view(None)?;
    let forward = args.direction == DirectionDto::Next;
    let projection = args.projection.as_deref();
    view.next_change(
        args.stream,
        &args.path,
        &args.place.into(),
        forward,
        projection,
        &Cancel::new(),
    )
}

pub fn streams(session: &Session, args: StreamsArgs) -> Answer<StreamsDto> {
    Ok(session
        .source(args.source)?
        .view(None)?
        .streams(&args.query, args.offset, args.limit))
}

pub fn check_filter(_: &Session, args: CheckFilterArgs) -> Answer<FilterCheckDto> {
    Ok(check(&args.text))
}

pub fn apply_filter(session: &Session, args: ApplyFilterArgs) -> Answer<FilterDto> {
    Ok(filter_dto(
        &*session.source(args.source)?.start_filter(&args.text)?,
    ))
}

pub fn filter_status(session: &Session, args: FilterStatusArgs) -> Answer<FilterDto> {
    Ok(filter_dto(&*session.source(args.source)?.filter(args.filter)?))
}

pub fn filter_hints(session: &Session, args: FilterHintsArgs) -> Answer<Vec<UnknownNameDto>> {
    let source = session.source(args.source)?;
    let task = source.filter(args.filter)?;
    let matches = task.matches();
    if !matches.done || matches.error.is_some() || !matches.selection.is_empty() {
        return Ok(Vec::new());
    }
    // Another filter ends the look, too.
    source.view(None)?.unknown_names(&task.filter, &task.cancel)
}

pub fn drop_filter(session: &Session, args: DropFilterArgs) -> Answer<()> {
    session.source(args.source)?.drop_filter(args.filter);
    Ok(())
}

pub fn projections(session: &Session, args: ProjectionsArgs) -> Answer<Vec<ProjectionDto>> {
    session.projections(args.source)
}

pub fn relocate(session: &Session, args: RelocateArgs) -> Answer<Vec<Option<u32>>> {
    let view = session.source(args.source)?.view(None)?;
    Ok(args.positions.iter().map(|p| view.at_position_text(p)).collect())
}

pub fn kafka_profiles(session: &Session, _: KafkaProfilesArgs) -> Answer<Vec<KafkaProfileDto>> {
    Ok(session.kafka_profiles())
}

pub fn kafka_connect(session: &Session, args: KafkaConnectArgs) -> Answer<KafkaConnectionDto> {
    session.kafka_connect(&args.settings)
}

pub fn kafka_disconnect(session: &Session, args: KafkaDisconnectArgs) -> Answer<()> {
    session.kafka().disconnect(args.connection);
    Ok(())
}

pub fn keep_secrets(session: &Session, args: KeepSecretsArgs) -> Answer<()> {
    session.kafka().connection(args.connection)?.keep_secrets()
}

pub fn plan_profile(session: &Session, args: PlanProfileArgs) -> Answer<KafkaProfilePlanDto> {
    session.plan_profile(args.connection, &args.name)
}

pub fn save_profile(session: &Session, args: SaveProfileArgs) -> Answer<String> {
    session.save_profile(args.connection, &args.name)
}

pub fn kafka_cancel(session: &Session, args: KafkaCancelArgs) -> Answer<()> {
    session.kafka().connection(args.connection)?.cancel();
    Ok(())
}

pub fn kafka_check(session: &Session, args: KafkaCheckArgs) -> Answer<Vec<KafkaStepDto>> {
    Ok(session.kafka().connection(args.connection)?.check())
}

pub fn kafka_topics(session: &Session, args: KafkaTopicsArgs) -> Answer<Vec<KafkaTopicDto>> {
    session.kafka().connection(args.connection)?.topics()
}

pub fn kafka_topic(session: &Session, args: KafkaTopicArgs) -> Answer<KafkaTopicFactsDto> {
    session.kafka().connection(args.connection)?.facts(&args.topic)
}

pub fn kafka_sample(session: &Session, args: KafkaSampleArgs) -> Answer<KafkaSampleDto> {
    let connection = session.kafka().connection(args.connection)?;
    // A topic has no folder: what the project file here says counts, and the user's own.
    let masks = session.masks_of(Path::new(""))?;
    connection.sample(&args.topic, args.limit, &args.reading, &masks)
}

pub fn suggest_capture(_: &Session, args: SuggestCaptureArgs) -> Answer<String> {
    Ok(crate::kafka::suggested_path(&args.topics).display().to_string())
}

pub fn start_capture(session: &Session, args: StartCaptureArgs) -> Answer<CaptureDto> {
    session.start_capture(&args)
}

pub fn captures(session: &Session, _: CapturesArgs) -> Answer<Vec<CaptureDto>> {
    Ok(session.kafka().captures())
}

pub fn pause_capture(session: &Session, args: PauseCaptureArgs) -> Answer<CaptureDto> {
    let capture = session.kafka().capture(args.capture)?;
    capture.set_paused(args.paused);
    Ok(capture.dto())
}

pub fn stop_capture(session: &Session, args: StopCaptureArgs) -> Answer<()> {
    session.kafka().capture(args.capture)?.stop();
    Ok(())
}

pub fn forget_capture(session: &Session, args: ForgetCaptureArgs) -> Answer<()> {
    session.kafka().forget(args.capture);
    Ok(())
}

pub fn compare_status(session: &Session, args: CompareStatusArgs) -> Answer<ComparisonDto> {
    Ok(session.comparisons().task(args.comparison)?.dto())
}

pub fn compare_cancel(session: &Session, args: CompareCancelArgs) -> Answer<()> {
    session.comparisons().task(args.comparison)?.cancel();
    Ok(())
}

pub fn compare_close(session: &Session, args: CompareCloseArgs) -> Answer<()> {
    session.comparisons().close(args.comparison);
    Ok(())
}

pub fn findings(session: &Session, args: FindingsArgs) -> Answer<FindingsDto> {
    let found = session.comparisons().task(args.comparison)?.found()?;
    found.page(&args.list, args.offset, args.limit, &Cancel::new())
}

pub fn finding(session: &Session, args: FindingArgs) -> Answer<FindingEvidenceDto> {
    let found = session.comparisons().task(args.comparison)?.found()?;
    found.evidence(args.number, args.known_at, &Cancel::new())
}

pub fn finding_near(session: &Session, args: FindingNearArgs) -> Answer<Option<u32>> {
    let found = session.comparisons().task(args.comparison)?.found()?;
    found.near(&args.list, args.axis.into(), args.coord.0)
}

pub fn finding_place(session: &Session, args: FindingPlaceArgs) -> Answer<Option<u32>> {
    let found = session.comparisons().task(args.comparison)?.found()?;
    Ok(found.place_in(&args.list, args.number))
}

pub fn finding_tiles(session: &Session, args: FindingTilesArgs) -> Answer<Bytes> {
    let found = session.comparisons().task(args.comparison)?.found()?;
    found.tiles(&args.list, args.axis.into(), &args.spans).map(Bytes)
}

pub fn make_link(_: &Session, args: MakeLinkArgs) -> Answer<String> {
    Ok(link::write(&args.open))
}

pub fn read_link(_: &Session, args: ReadLinkArgs) -> Answer<OpenAtStart> {
    link::read(&args.link)
}

/// Events of a list as a text to copy; the shell has the clipboard.
pub fn copied_events(session: &Session, args: CopyEventsArgs) -> Answer<(String, CopiedDto)> {
    let view = session.source(args.source)?.view(args.filter)?;
    view.copied(args.axis.into(), &args.ranges, args.form, &Cancel::new())
}

pub fn causes(session: &Session, args: CausesArgs) -> Answer<CausesDto> {
    let source = session.source(args.source)?;
    let cancel = source.begin_search();
    source.view(None)?.causes_of(args.ordinal, &cancel)
}

pub fn effects(session: &Session, args: EffectsArgs) -> Answer<EffectsDto> {
    let source = session.source(args.source)?;
    let cancel = source.begin_search();
    source
        .view(None)?
        .effects_below(args.ordinal, &cancel, &mut |_| ())
}
