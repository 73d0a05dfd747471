//! The commands that need the shell: dialogs, preferences, recent files, the demo.
#![allow(
    clippy::needless_pass_by_value,
    clippy::unnecessary_wraps,
    reason = "every command has one signature: its arguments owned, its answer fallible"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use leftfold_demo::{DemoOptions, SCENARIOS};
use leftfold_event::{Cancel, Progress};
use leftfold_session::contract::{
    AppInfoArgs, ClearRecentArgs, CopyEventsArgs, CopyTextArgs, DemosArgs, ForgetConnectionArgs, LeaveArgs,
    NewWindowArgs, OpenArgs, PickCaptureArgs, PickFileArgs, PickPropertiesArgs, PickSaveFileArgs,
    PrepareDemoArgs, RecentArgs, RememberConnectionArgs, RememberedConnectionsArgs, SavePreferencesArgs,
    SaveWorkspaceArgs, WorkspaceArgs,
};
use leftfold_session::dto::{
    AppInfo, CopiedDto, DemoDto, KafkaRememberedDto, OpenAtStart, RecentDto, SourceDto,
};
use leftfold_session::{Session, SessionError, commands};
use tauri::{AppHandle, Emitter as _, Manager as _, WebviewWindow};
use tauri_plugin_dialog::DialogExt as _;

use crate::kept::Kept;
use crate::window;

/// How long a window that is to close may take to keep what is seen in it: longer, and it closes without.
const KEEPING: Duration = Duration::from_secs(2);

/// What the commands work on.
pub(crate) struct Shell {
    pub(crate) session: Session,
    pub(crate) kept: Kept,
    /// What windows begin with, by their labels.
    starts: Mutex<BTreeMap<String, OpenAtStart>>,
    /// The system's clipboard, from when something is copied: what it gives away is held here as long as the program runs.
    clipboard: Mutex<Option<arboard::Clipboard>>,
    /// What each window has opened.
    opened: Mutex<BTreeMap<String, Vec<u32>>>,
    /// The windows whose page is there.
    pages: Mutex<BTreeSet<String>>,
    /// Those of them that were asked to close, and keep first what is seen in them.
    leaving: Mutex<BTreeSet<String>>,
}

impl Shell {
    pub(crate) fn new(session: Session, kept: Kept, start: Option<OpenAtStart>) -> Self {
        let first = start.map(|start| (window::FIRST_LABEL.to_owned(), start));
        Self {
            session,
            kept,
            starts: Mutex::new(first.into_iter().collect()),
            clipboard: Mutex::default(),
            opened: Mutex::default(),
            pages: Mutex::default(),
            leaving: Mutex::default(),
        }
    }

    /// Opens another window, with this in it.
    pub(crate) fn another(&self, app: &AppHandle, start: Option<OpenAtStart>) -> tauri::Result<()> {
        let label = window::next_label();
        // Its page asks for it as soon as it is there.
        if let Some(start) = start {
            lock(&self.starts).insert(label.clone(), start);
        }
        window::open(app, &label, self.kept.preferences().as_deref())
    }

    /// A window is asked to close. `true`: it stays until its page has kept what is seen, for [`KEEPING`] at most. A page that is not there
    /// yet has nothing to keep, and a window that is asked again closes at once.
    pub(crate) fn leaves_later(&self, app: &AppHandle, label: &str) -> bool {
        if !lock(&self.pages).contains(label) || !lock(&self.leaving).insert(label.to_owned()) {
            return false;
        }
        if let Err(e) = app.emit_to(label, "closing", ()) {
            tracing::debug!(error = %e, "a window could not be told that it closes");
            return false;
        }
        let (app, label) = (app.clone(), label.to_owned());
        std::thread::spawn(move || {
            std::thread::sleep(KEEPING);
            if let Some(window) = app.get_webview_window(&label) {
                destroy(&window);
            }
        });
        true
    }

    /// Closes what a window had open that is gone.
    pub(crate) fn gone(&self, label: &str) {
        lock(&self.starts).remove(label);
        lock(&self.pages).remove(label);
        lock(&self.leaving).remove(label);
        let opened = lock(&self.opened).remove(label);
        for source in opened.into_iter().flatten() {
            self.session.close(source);
        }
    }

    fn copy(&self, text: String) -> Answer<()> {
        let failed = |e: arboard::Error| {
            SessionError::new("clipboard", format!("the clipboard cannot be written: {e}"))
        };
        let mut slot = lock(&self.clipboard);
        let clipboard = match slot.take() {
            Some(clipboard) => clipboard,
            None => arboard::Clipboard::new().map_err(failed)?,
        };
        slot.insert(clipboard).set_text(text).map_err(failed)
    }
}

/// What is behind a lock. Nobody panics while holding one of these; if somebody did, the maps and the clipboard are whole all the same.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Closes a window without asking it.
fn destroy(window: &WebviewWindow) {
    if let Err(e) = window.destroy() {
        tracing::debug!(error = %e, "the window could not be closed");
    }
}

type Answer<T> = Result<T, SessionError>;

fn not_kept(e: std::io::Error) -> SessionError {
    SessionError::new(
        "not-kept",
        format!("the user's configuration folder cannot be written: {e}"),
    )
}

pub(crate) fn app_info(shell: &Shell, window: &WebviewWindow, _: AppInfoArgs) -> Answer<AppInfo> {
    lock(&shell.pages).insert(window.label().to_owned());
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
    let locale = locale.unwrap_or_else(|| "en".to_owned());
    Ok(AppInfo {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        locale: locale.split('.').next().unwrap_or("en").replace('_', "-"),
        open: lock(&shell.starts).get(window.label()).cloned(),
        preferences: shell.kept.preferences(),
    })
}

pub(crate) fn save_preferences(shell: &Shell, _: &WebviewWindow, args: SavePreferencesArgs) -> Answer<()> {
    shell.kept.save_preferences(&args.json).map_err(not_kept)
}

pub(crate) fn workspace(shell: &Shell, _: &WebviewWindow, args: WorkspaceArgs) -> Answer<Option<String>> {
    Ok(shell.kept.workspace(&args.path, args.store))
}

pub(crate) fn save_workspace(shell: &Shell, _: &WebviewWindow, args: SaveWorkspaceArgs) -> Answer<()> {
    shell
        .kept
        .save_workspace(&args.path, args.store, &args.json)
        .map_err(not_kept)
}

pub(crate) fn pick_file(_: &Shell, window: &WebviewWindow, _: PickFileArgs) -> Answer<Option<String>> {
    let picked = window
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

pub(crate) fn pick_save_file(
    _: &Shell,
    window: &WebviewWindow,
    args: PickSaveFileArgs,
) -> Answer<Option<String>> {
    let picked = window
        .dialog()
        .file()
        .set_file_name(args.suggested)
        .blocking_save_file();
    Ok(picked.map(|p| p.to_string()))
}

pub(crate) fn pick_properties(
    _: &Shell,
    window: &WebviewWindow,
    _: PickPropertiesArgs,
) -> Answer<Option<String>> {
    let picked = window
        .dialog()
        .file()
        .add_filter("Properties", &["properties", "conf", "config", "cfg"])
        .add_filter("All files", &["*"])
        .blocking_pick_file();
    Ok(picked.map(|p| p.to_string()))
}

pub(crate) fn pick_capture(
    _: &Shell,
    window: &WebviewWindow,
    args: PickCaptureArgs,
) -> Answer<Option<String>> {
    let suggested = PathBuf::from(&args.suggested);
    let mut dialog = window.dialog().file().add_filter("Captures", &["leftfold"]);
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

pub(crate) fn recent(shell: &Shell, _: &WebviewWindow, _: RecentArgs) -> Answer<Vec<RecentDto>> {
    Ok(shell.kept.recent())
}

pub(crate) fn clear_recent(shell: &Shell, _: &WebviewWindow, _: ClearRecentArgs) -> Answer<()> {
    shell.kept.clear_recent().map_err(not_kept)
}

pub(crate) fn remember_connection(
    shell: &Shell,
    _: &WebviewWindow,
    args: RememberConnectionArgs,
) -> Answer<()> {
    let connection = shell.session.kafka_remembered(args.connection)?;
    shell.kept.remember_connection(connection).map_err(not_kept)
}

pub(crate) fn remembered_connections(
    shell: &Shell,
    _: &WebviewWindow,
    _: RememberedConnectionsArgs,
) -> Answer<Vec<KafkaRememberedDto>> {
    Ok(shell.kept.connections())
}

pub(crate) fn forget_connection(
    shell: &Shell,
    _: &WebviewWindow,
    args: ForgetConnectionArgs,
) -> Answer<Vec<KafkaRememberedDto>> {
    shell.kept.forget_connection(args.at as usize).map_err(not_kept)
}

pub(crate) fn demos(_: &Shell, _: &WebviewWindow, _: DemosArgs) -> Answer<Vec<DemoDto>> {
    let dto = |s: &leftfold_demo::Scenario| DemoDto {
        name: s.name.to_owned(),
        title: s.title.to_owned(),
        description: s.description.to_owned(),
    };
    Ok(SCENARIOS.iter().map(dto).collect())
}

/// What follows a demo's name where its mirror is meant: the same day as another system has it, with faults.
const MIRROR: &str = "-mirror";

/// Takes away the folders of demos that other builds made.
fn clear_demos(folder: &Path, kept: &str) {
    let is_digest = |text: &str| text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit());
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        if name.to_str().is_some_and(|name| is_digest(name) && name != kept)
            && let Err(e) = std::fs::remove_dir_all(entry.path())
        {
            tracing::debug!(error = %e, "an old demo could not be taken away");
        }
    }
}

pub(crate) fn prepare_demo(_: &Shell, _: &WebviewWindow, args: PrepareDemoArgs) -> Answer<String> {
    let mirrored = args.name.strip_suffix(MIRROR);
    let name = mirrored.unwrap_or(&args.name);
    if !SCENARIOS.iter().any(|s| s.name == name) {
        return Err(SessionError::new(
            "no-such-demo",
            format!("there is no demo {:?}", args.name),
        ));
    }
    let demos = directories::ProjectDirs::from("", "", "leftfold").map_or_else(
        // A folder of its own there, too: what is old in it is taken away.
        || std::env::temp_dir().join("leftfold-demo"),
        |dirs| dirs.cache_dir().join("demo"),
    );
    // Another build may make another day: each has its own folder, and the file keeps the name by which it is known.
    let build = env!("LEFTFOLD_DEMO_DIGEST");
    let folder = demos.join(build);
    let failed =
        |e: &dyn std::fmt::Display| SessionError::new("demo-failed", format!("{}: {e}", folder.display()));
    std::fs::create_dir_all(&folder).map_err(|e| failed(&e))?;
    let ending = if mirrored.is_some() { "ndjson" } else { "db" };
    let path: PathBuf = folder.join(format!("{}.{ending}", args.name));
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
        clear_demos(&demos, build);
    }
    Ok(path.display().to_string())
}

pub(crate) fn open(shell: &Shell, window: &WebviewWindow, args: OpenArgs) -> Answer<SourceDto> {
    let path = args.path.clone();
    let opened = commands::open(&shell.session, args)?;
    let now = chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    if let Err(e) = shell.kept.remember(&path, now) {
        tracing::warn!(error = %e, "the list of recent files could not be written");
    }
    lock(&shell.opened)
        .entry(window.label().to_owned())
        .or_default()
        .push(opened.id);
    if let Err(e) = window.set_title(&format!("{} – Leftfold", opened.name)) {
        tracing::debug!(error = %e, "the window's title could not be set");
    }
    Ok(opened)
}

pub(crate) fn copy_events(shell: &Shell, _: &WebviewWindow, args: CopyEventsArgs) -> Answer<CopiedDto> {
    let (text, copied) = commands::copied_events(&shell.session, args)?;
    shell.copy(text)?;
    Ok(copied)
}

pub(crate) fn copy_text(shell: &Shell, _: &WebviewWindow, args: CopyTextArgs) -> Answer<()> {
    shell.copy(args.text)
}

pub(crate) fn new_window(shell: &Shell, window: &WebviewWindow, _: NewWindowArgs) -> Answer<()> {
    shell
        .another(window.app_handle(), None)
        .map_err(|e| SessionError::new("internal", format!("the window cannot be opened: {e}")))
}

pub(crate) fn leave(_: &Shell, window: &WebviewWindow, _: LeaveArgs) -> Answer<()> {
    destroy(window);
    Ok(())
}
