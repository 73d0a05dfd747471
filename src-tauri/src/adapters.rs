//! One thin adapter a command: off the main thread, into the session, `{code, message}` on the way back.

#[allow(clippy::wildcard_imports, reason = "the table names nearly all of them")]
use leftfold_session::{SessionError, commands, contract::*, dto::*};
use tauri::ipc::{Invoke, Response};
use tauri::{AppHandle, Manager as _, Wry};

use crate::shell::{self, Shell};

/// Runs a command on the blocking pool.
async fn run<A: Send + 'static, T: Send + 'static>(
    app: AppHandle,
    args: A,
    command: fn(&Shell, &AppHandle, A) -> Result<T, SessionError>,
) -> Result<T, ErrorDto> {
    let work = move || command(&app.state::<Shell>(), &app, args);
    match tauri::async_runtime::spawn_blocking(work).await {
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
                run(app, args, |shell, _, args| commands::$name(&shell.session, args)).await
            }
        )*
        $(
            #[tauri::command]
            async fn $raw(app: AppHandle, args: $raw_args) -> Result<Response, ErrorDto> {
                let bytes = run(app, args, |shell, _, args| commands::$raw(&shell.session, args)).await?;
                Ok(Response::new(bytes.0))
            }
        )*
        $(
            #[tauri::command]
            async fn $own(app: AppHandle, args: $own_args) -> Result<$own_answer, ErrorDto> {
                run(app, args, shell::$own).await
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
        oddities(OdditiesArgs) -> Vec<OddityDto>;
        cancel_index(CancelIndexArgs) -> ();
        reindex(ReindexArgs) -> ();
        lanes(LanesArgs) -> LanesDto;
        axis_info(AxisInfoArgs) -> AxisInfoDto;
        rows(RowsArgs) -> RowsDto;
        rank(RankArgs) -> u32;
        event(EventArgs) -> EventDto;
        cause(CauseArgs) -> Option<RowDto>;
        cancel_search(CancelSearchArgs) -> ();
        place_of(PlaceOfArgs) -> Option<PlaceDto>;
        resolve_point(ResolvePointArgs) -> PlaceDto;
        step(StepArgs) -> Option<RowDto>;
        state(StateArgs) -> StateDto;
        diff(DiffArgs) -> DiffDto;
        history(HistoryArgs) -> Vec<HistoryEntryDto>;
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
        likeness(LikenessArgs) -> Option<LikenessDto>;
        export_events(ExportEventsArgs) -> u32;
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
