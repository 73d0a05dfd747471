//! One thin adapter a command: off the main thread, into the session, `{code, message}` on the way back.

#[allow(clippy::wildcard_imports, reason = "the table names nearly all of them")]
use leftfold_session::{SessionError, commands, contract::*, dto::*};
use tauri::ipc::{Invoke, Response};
use tauri::{AppHandle, Manager as _, WebviewWindow, Wry};

use crate::shell::{self, Shell};

/// Runs a command on the blocking pool.
async fn run<A: Send + 'static, T: Send + 'static>(
    app: AppHandle,
    args: A,
    command: fn(&Shell, A) -> Result<T, SessionError>,
) -> Result<T, ErrorDto> {
    let work = move || command(&app.state::<Shell>(), args);
    answered(tauri::async_runtime::spawn_blocking(work).await)
}

/// The same, for a command that is about the window it comes from.
async fn run_in<A: Send + 'static, T: Send + 'static>(
    window: WebviewWindow,
    args: A,
    command: fn(&Shell, &WebviewWindow, A) -> Result<T, SessionError>,
) -> Result<T, ErrorDto> {
    let work = move || command(&window.state::<Shell>(), &window, args);
    answered(tauri::async_runtime::spawn_blocking(work).await)
}

fn answered<T>(outcome: Result<Result<T, SessionError>, tauri::Error>) -> Result<T, ErrorDto> {
    match outcome {
        Ok(answer) => answer.map_err(ErrorDto::from),
        Err(e) => Err(ErrorDto {
            code: "internal".to_owned(),
            message: format!("the command stopped: {e}"),
            params: [("reason".to_owned(), e.to_string())].into(),
        }),
    }
}

macro_rules! adapters {
    (session { $($name:ident($args:ty) -> $answer:ty;)* }
     bytes { $($raw:ident($raw_args:ty);)* }
     shell { $($own:ident($own_args:ty) -> $own_answer:ty;)* }) => {
        $(
            #[tauri::command]
            async fn $name(app: AppHandle, args: $args) -> Result<$answer, ErrorDto> {
                run(app, args, |shell, args| commands::$name(&shell.session, args)).await
            }
        )*
        $(
            #[tauri::command]
            async fn $raw(app: AppHandle, args: $raw_args) -> Result<Response, ErrorDto> {
                let bytes = run(app, args, |shell, args| commands::$raw(&shell.session, args)).await?;
                Ok(Response::new(bytes.0))
            }
        )*
        $(
            #[tauri::command]
            async fn $own(window: WebviewWindow, args: $own_args) -> Result<$own_answer, ErrorDto> {
                run_in(window, args, shell::$own).await
            }
        )*

        /// Takes every command of the contract.
        pub(crate) fn handler() -> impl Fn(Invoke<Wry>) -> bool + Send + Sync + 'static {
            tauri::generate_handler![$($name,)* $($raw,)* $($own),*]
        }

        #[cfg(test)]
        const ADAPTED: &[&str] = &[$(stringify!($name),)* $(stringify!($raw),)* $(stringify!($own)),*];
    };
}

adapters! {
    session {
        inspect(InspectArgs) -> InspectDto;
        opening(OpeningArgs) -> Option<OpeningDto>;
        cancel_opening(CancelOpeningArgs) -> ();
        preview_mapping(PreviewMappingArgs) -> MappingPreviewDto;
        save_mapping(SaveMappingArgs) -> String;
        close(CloseArgs) -> ();
        source_status(SourceStatusArgs) -> SourceDto;
        masks(MasksArgs) -> Vec<MaskDto>;
        oddities(OdditiesArgs) -> Vec<OddityDto>;
        cancel_index(CancelIndexArgs) -> ();
        reindex(ReindexArgs) -> ();
        lanes(LanesArgs) -> LanesDto;
        axis_info(AxisInfoArgs) -> AxisInfoDto;
        rows(RowsArgs) -> RowsDto;
        rank(RankArgs) -> u32;
        reached(ReachedArgs) -> ReachedDto;
        event(EventArgs) -> EventDto;
        cause(CauseArgs) -> Option<RowDto>;
        cancel_search(CancelSearchArgs) -> ();
        place_of(PlaceOfArgs) -> Option<PlaceDto>;
        resolve_point(ResolvePointArgs) -> PlaceDto;
        step(StepArgs) -> Option<RowDto>;
        state(StateArgs) -> StateDto;
        diff(DiffArgs) -> DiffDto;
        history(HistoryArgs) -> Vec<HistoryEntryDto>;
        watch(WatchArgs) -> WatchDto;
        valid_times(ValidTimesArgs) -> Vec<Option<Int>>;
        next_change(NextChangeArgs) -> Option<RowDto>;
        streams(StreamsArgs) -> StreamsDto;
        check_filter(CheckFilterArgs) -> FilterCheckDto;
        apply_filter(ApplyFilterArgs) -> FilterDto;
        filter_status(FilterStatusArgs) -> FilterDto;
        filter_hints(FilterHintsArgs) -> Vec<UnknownNameDto>;
        drop_filter(DropFilterArgs) -> ();
        projections(ProjectionsArgs) -> Vec<ProjectionDto>;
        relocate(RelocateArgs) -> Vec<Option<u32>>;
        kafka_profiles(KafkaProfilesArgs) -> Vec<KafkaProfileDto>;
        kafka_connect(KafkaConnectArgs) -> KafkaConnectionDto;
        kafka_disconnect(KafkaDisconnectArgs) -> ();
        keep_secrets(KeepSecretsArgs) -> ();
        plan_profile(PlanProfileArgs) -> KafkaProfilePlanDto;
        save_profile(SaveProfileArgs) -> String;
        kafka_cancel(KafkaCancelArgs) -> ();
        kafka_check(KafkaCheckArgs) -> Vec<KafkaStepDto>;
        kafka_topics(KafkaTopicsArgs) -> Vec<KafkaTopicDto>;
        kafka_topic(KafkaTopicArgs) -> KafkaTopicFactsDto;
        kafka_sample(KafkaSampleArgs) -> KafkaSampleDto;
        suggest_capture(SuggestCaptureArgs) -> String;
        start_capture(StartCaptureArgs) -> CaptureDto;
        captures(CapturesArgs) -> Vec<CaptureDto>;
        pause_capture(PauseCaptureArgs) -> CaptureDto;
        stop_capture(StopCaptureArgs) -> ();
        forget_capture(ForgetCaptureArgs) -> ();
        compare_start(CompareStartArgs) -> ComparisonDto;
        saved_comparisons(SavedComparisonsArgs) -> Vec<SavedComparisonDto>;
        plan_check(PlanCheckArgs) -> CheckPlanDto;
        save_check(SaveCheckArgs) -> String;
        rules(RulesArgs) -> RulesDto;
        check_start(CheckStartArgs) -> ComparisonDto;
        compare_status(CompareStatusArgs) -> ComparisonDto;
        compare_cancel(CompareCancelArgs) -> ();
        compare_close(CompareCloseArgs) -> ();
        findings(FindingsArgs) -> FindingsDto;
        finding(FindingArgs) -> FindingEvidenceDto;
        finding_near(FindingNearArgs) -> Option<u32>;
        finding_place(FindingPlaceArgs) -> Option<u32>;
        comparison_known(ComparisonKnownArgs) -> KnownDto;
        finding_heat(FindingHeatArgs) -> HeatDto;
        convergence(ConvergenceArgs) -> ConvergenceDto;
        finding_states(FindingStatesArgs) -> FindingStatesDto;
        cancel_states(CancelStatesArgs) -> ();
        beside(BesideArgs) -> Option<BesideDto>;
        states_beside(StatesBesideArgs) -> FindingStatesDto;
        likeness(LikenessArgs) -> Option<LikenessDto>;
        export_view(ExportViewArgs) -> ExportedDto;
        export_progress(ExportProgressArgs) -> Option<ExportProgressDto>;
        cancel_export(CancelExportArgs) -> ();
        make_link(MakeLinkArgs) -> String;
        read_link(ReadLinkArgs) -> OpenAtStart;
        causes(CausesArgs) -> CausesDto;
        effects(EffectsArgs) -> EffectsDto;
    }
    bytes {
        density(DensityArgs);
        marks(MarksArgs);
        finding_tiles(FindingTilesArgs);
        side_density(SideDensityArgs);
    }
    shell {
        app_info(AppInfoArgs) -> AppInfo;
        save_preferences(SavePreferencesArgs) -> ();
        workspace(WorkspaceArgs) -> Option<String>;
        save_workspace(SaveWorkspaceArgs) -> ();
        pick_file(PickFileArgs) -> Option<String>;
        pick_save_file(PickSaveFileArgs) -> Option<String>;
        pick_properties(PickPropertiesArgs) -> Option<String>;
        pick_capture(PickCaptureArgs) -> Option<String>;
        recent(RecentArgs) -> Vec<RecentDto>;
        clear_recent(ClearRecentArgs) -> ();
        remember_connection(RememberConnectionArgs) -> ();
        remembered_connections(RememberedConnectionsArgs) -> Vec<KafkaRememberedDto>;
        forget_connection(ForgetConnectionArgs) -> Vec<KafkaRememberedDto>;
        demos(DemosArgs) -> Vec<DemoDto>;
        prepare_demo(PrepareDemoArgs) -> String;
        open(OpenArgs) -> SourceDto;
        copy_events(CopyEventsArgs) -> CopiedDto;
        copy_text(CopyTextArgs) -> ();
        new_window(NewWindowArgs) -> ();
        leave(LeaveArgs) -> ();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::ADAPTED;

    mod built {
        include!("../commands.in");
        pub(super) const ALL: &[&str] = COMMANDS;
    }

    #[test]
    fn every_command_of_the_contract_is_adapted_declared_and_granted() {
        let set = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<BTreeSet<_>>();
        let contract = set(leftfold_session::contract::COMMANDS);
        assert_eq!(set(ADAPTED), contract);
        assert_eq!(set(built::ALL), contract);
        let capability: serde_json::Value =
            serde_json::from_str(include_str!("../capabilities/main.json")).unwrap();
        let granted: BTreeSet<String> = capability["permissions"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|p| p.as_str()?.strip_prefix("allow-"))
            .map(|p| p.replace('-', "_"))
            .collect();
        assert_eq!(granted, contract);
    }
}
