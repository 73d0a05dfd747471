//! The commands that need the shell: dialogs, preferences, recent files, the demo.
#![allow(
    clippy::needless_pass_by_value,
    clippy::unnecessary_wraps,
    reason = "every command has one signature: its arguments owned, its answer fallible"
)]

use std::path::PathBuf;

use leftfold_demo::{DemoOptions, SCENARIOS};
use leftfold_event::{Cancel, Progress};
use leftfold_session::contract::{
    AppInfoArgs, ClearRecentArgs, DemosArgs, ForgetConnectionArgs, OpenArgs, PickCaptureArgs, PickFileArgs,
    PickPropertiesArgs, PickSaveFileArgs, PrepareDemoArgs, RecentArgs, RememberConnectionArgs,
    RememberedConnectionsArgs, SavePreferencesArgs,
};
use leftfold_session::dto::{AppInfo, DemoDto, KafkaRememberedDto, OpenAtStart, RecentDto, SourceDto};
use leftfold_session::{Session, SessionError, commands};
use tauri::{AppHandle, Manager as _};
use tauri_plugin_dialog::DialogExt as _;

use crate::kept::Kept;

/// What the commands work on.
pub(crate) struct Shell {
    pub(crate) session: Session,
    pub(crate) kept: Kept,
    pub(crate) start: Option<OpenAtStart>,
}

type Answer<T> = Result<T, SessionError>;

fn not_kept(e: std::io::Error) -> SessionError {
    SessionError::new(
        "not-kept",
        format!("the user's configuration folder cannot be written: {e}"),
    )
}

pub(crate) fn app_info(shell: &Shell, _: &AppHandle, _: AppInfoArgs) -> Answer<AppInfo> {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
    let locale = locale.unwrap_or_else(|| "en".to_owned());
    Ok(AppInfo {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        locale: locale.split('.').next().unwrap_or("en").replace('_', "-"),
        open: shell.start.clone(),
        preferences: shell.kept.preferences(),
    })
}

pub(crate) fn save_preferences(shell: &Shell, _: &AppHandle, args: SavePreferencesArgs) -> Answer<()> {
    shell.kept.save_preferences(&args.json).map_err(not_kept)
}

pub(crate) fn pick_file(_: &Shell, app: &AppHandle, _: PickFileArgs) -> Answer<Option<String>> {
    let picked = app
        .dialog()
        .file()
        .add_filter(
            "Event files",
            &["db", "sqlite", "sqlite3", "db3", "ndjson", "jsonl", "leftfold"],
        )
        .add_filter("All files", &["*"])
        .blocking_pick_file();
    Ok(picked.map(|p| p.to_string()))
}

pub(crate) fn pick_save_file(_: &Shell, app: &AppHandle, args: PickSaveFileArgs) -> Answer<Option<String>> {
    let picked = app
        .dialog()
        .file()
        .set_file_name(args.suggested)
        .blocking_save_file();
    Ok(picked.map(|p| p.to_string()))
}

pub(crate) fn pick_properties(_: &Shell, app: &AppHandle, _: PickPropertiesArgs) -> Answer<Option<String>> {
    let picked = app
        .dialog()
        .file()
        .add_filter("Properties", &["properties", "conf", "config", "cfg"])
        .add_filter("All files", &["*"])
        .blocking_pick_file();
    Ok(picked.map(|p| p.to_string()))
}

pub(crate) fn pick_capture(_: &Shell, app: &AppHandle, args: PickCaptureArgs) -> Answer<Option<String>> {
    let suggested = PathBuf::from(&args.suggested);
    let mut dialog = app.dialog().file().add_filter("Captures", &["leftfold"]);
    if let Some(folder) = suggested.parent().filter(|f| f.is_dir()) {
        dialog = dialog.set_directory(folder);
    }
    if let Some(name) = suggested.file_name() {
        dialog = dialog.set_file_name(name.to_string_lossy());
    }
    let picked = dialog.blocking_save_file();
    Ok(picked.map(|p| {
        let path = p.to_string();
        if PathBuf::from(&path).extension().is_none() {
            format!("{path}.leftfold")
        } else {
            path
        }
    }))
}

pub(crate) fn recent(shell: &Shell, _: &AppHandle, _: RecentArgs) -> Answer<Vec<RecentDto>> {
    Ok(shell.kept.recent())
}

pub(crate) fn clear_recent(shell: &Shell, _: &AppHandle, _: ClearRecentArgs) -> Answer<()> {
    shell.kept.clear_recent().map_err(not_kept)
}

pub(crate) fn remember_connection(shell: &Shell, _: &AppHandle, args: RememberConnectionArgs) -> Answer<()> {
    let connection = shell.session.kafka_remembered(args.connection)?;
    shell.kept.remember_connection(connection).map_err(not_kept)
}

pub(crate) fn remembered_connections(
    shell: &Shell,
    _: &AppHandle,
    _: RememberedConnectionsArgs,
) -> Answer<Vec<KafkaRememberedDto>> {
    Ok(shell.kept.connections())
}

pub(crate) fn forget_connection(
    shell: &Shell,
    _: &AppHandle,
    args: ForgetConnectionArgs,
) -> Answer<Vec<KafkaRememberedDto>> {
    shell.kept.forget_connection(args.at as usize).map_err(not_kept)
}

pub(crate) fn demos(_: &Shell, _: &AppHandle, _: DemosArgs) -> Answer<Vec<DemoDto>> {
    let dto = |s: &leftfold_demo::Scenario| DemoDto {
        name: s.name.to_owned(),
        title: s.title.to_owned(),
        description: s.description.to_owned(),
    };
    Ok(SCENARIOS.iter().map(dto).collect())
}

/// What follows a demo's name where its mirror is meant: the same day as another system has it, with faults.
const MIRROR: &str = "-mirror";

pub(crate) fn prepare_demo(_: &Shell, _: &AppHandle, args: PrepareDemoArgs) -> Answer<String> {
    let mirrored = args.name.strip_suffix(MIRROR);
    let name = mirrored.unwrap_or(&args.name);
    if !SCENARIOS.iter().any(|s| s.name == name) {
        return Err(SessionError::new(
            "no-such-demo",
            format!("there is no demo {:?}", args.name),
        ));
    }
    let folder = directories::ProjectDirs::from("", "", "leftfold")
        .map_or_else(std::env::temp_dir, |dirs| dirs.cache_dir().join("demo"));
    let failed =
        |e: &dyn std::fmt::Display| SessionError::new("demo-failed", format!("{}: {e}", folder.display()));
    std::fs::create_dir_all(&folder).map_err(|e| failed(&e))?;
    let ending = if mirrored.is_some() { "ndjson" } else { "db" };
    let path: PathBuf = folder.join(format!("{}-{}.{ending}", args.name, env!("CARGO_PKG_VERSION")));
    if !path.exists() {
        // Under another name first: a run that is interrupted leaves no half demo behind.
        let temporary = folder.join(format!("{}.{}.tmp", args.name, std::process::id()));
        let options = DemoOptions {
            overwrite: true,
            ..DemoOptions::default()
        };
        let (cancel, progress) = (Cancel::new(), Progress::new());
        if mirrored.is_some() {
            let file = std::fs::File::create(&temporary).map_err(|e| failed(&e))?;
            leftfold_demo::write_mirror(file, &options, &cancel, &progress).map_err(|e| failed(&e))?;
        } else {
            leftfold_demo::write_sqlite(&temporary, &options, &cancel, &progress).map_err(|e| failed(&e))?;
        }
        std::fs::rename(&temporary, &path).map_err(|e| failed(&e))?;
    }
    Ok(path.display().to_string())
}

pub(crate) fn open(shell: &Shell, app: &AppHandle, args: OpenArgs) -> Answer<SourceDto> {
    let path = args.path.clone();
    let opened = commands::open(&shell.session, args)?;
    let now = chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    if let Err(e) = shell.kept.remember(&path, now) {
        tracing::warn!(error = %e, "the list of recent files could not be written");
    }
    if let Some(window) = app.get_webview_window("main")
        && let Err(e) = window.set_title(&format!("{} – Leftfold", opened.name))
    {
        tracing::debug!(error = %e, "the window's title could not be set");
    }
    Ok(opened)
}
