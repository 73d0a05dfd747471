//! The desktop shell: windows over one session.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod adapters;
mod arguments;
mod kept;
#[cfg(target_os = "linux")]
mod renderer;
mod shell;
mod window;

use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use leftfold_session::dto::OpenAtStart;
use leftfold_session::{Changed, Session, remove_temporary_copies};
use tauri::{AppHandle, Emitter, Manager, RunEvent, WindowEvent};

use crate::kept::Kept;
use crate::shell::Shell;

fn main() -> ExitCode {
    let here = std::env::current_dir().unwrap_or_default();
    let asks = |name: &str| std::env::args_os().skip(1).any(|a| a == name);
    if asks("--help") || asks("-h") {
        println!("{}", arguments::USAGE);
        return ExitCode::SUCCESS;
    }
    if asks("--version") || asks("-V") {
        println!("leftfold-desktop {}", env!("CARGO_PKG_VERSION"));
        return ExitCode::SUCCESS;
    }
    let start = match arguments::parse(std::env::args_os().skip(1), &here) {
        Ok(start) => start,
        Err(message) => {
            eprintln!("leftfold-desktop: {message}");
            return ExitCode::from(2);
        }
    };
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_env("LEFTFOLD_LOG"))
        .with_writer(std::io::stderr)
        .init();
    #[cfg(target_os = "linux")]
    if let Err(e) = renderer::settle() {
        tracing::warn!("the renderer stays as it is: {e}");
    }
    if let Some(why) = window::unreachable_display() {
        eprintln!("leftfold-desktop: {why}");
        return ExitCode::from(2);
    }
    let mut builder = tauri::Builder::default();
    // What the project file of the folder says that it was started in (masks, say) holds for what it opens: such a start is its own.
    if !here.join(leftfold_session::project::FILE_NAME).exists() {
        // First, so that a second start does nothing but hand over.
        builder = builder.plugin(tauri_plugin_single_instance::init(|app, arguments, folder| {
            handed_over(app, arguments, Path::new(&folder));
        }));
    }
    let built = builder
        .plugin(tauri_plugin_dialog::init())
        .setup(move |app| {
            let handle = app.handle().clone();
            let on_change = Arc::new(move |changed: Changed| {
                // A window that is closing misses the news; nobody is left to tell.
                let _ = match changed {
                    Changed::Index { source, generation } => handle.emit(
                        "index",
                        serde_json::json!({ "source": source, "generation": generation }),
                    ),
                    Changed::Capture { capture } => {
                        handle.emit("capture", serde_json::json!({ "capture": capture }))
                    }
                    Changed::Comparison { comparison } => {
                        handle.emit("comparison", serde_json::json!({ "comparison": comparison }))
                    }
                    Changed::Filter { source, filter } => handle.emit(
                        "filter",
                        serde_json::json!({ "source": source, "filter": filter }),
                    ),
                };
            });
            let mut session = Session::new(Session::default_cache_folder(), on_change);
            if let Ok(folder) = std::env::current_dir() {
                session = session.in_project(folder);
            }
            let kept = Kept::of_user();
            let preferences = kept.preferences();
            app.manage(Shell::new(session, kept, start));
            window::first(app.handle(), preferences.as_deref())?;
            for early in EARLY.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
                open_another(app.handle(), early);
            }
            Ok(())
        })
        .invoke_handler(adapters::handler())
        .build(tauri::generate_context!());
    match built {
        Ok(app) => {
            // The loop ends the program without dropping what is open.
            app.run(|app, event| match event {
                RunEvent::WindowEvent {
                    label,
                    event: WindowEvent::CloseRequested { api, .. },
                    ..
                } => {
                    if let Some(shell) = app.try_state::<Shell>()
                        && shell.leaves_later(app, &label)
                    {
                        api.prevent_close();
                    }
                }
                RunEvent::WindowEvent {
                    label,
                    event: WindowEvent::Destroyed,
                    ..
                } => {
                    if let Some(shell) = app.try_state::<Shell>() {
                        shell.gone(&label);
                    }
                }
                RunEvent::Exit => {
                    // A capture ends with a file that is whole.
                    if let Some(shell) = app.try_state::<Shell>() {
                        shell.session.shut_down();
                    }
                    remove_temporary_copies();
                }
                _ => {}
            });
            ExitCode::SUCCESS
        }
        Err(e) => {
            eprintln!("leftfold-desktop: the window cannot be opened: {e}");
            ExitCode::from(2)
        }
    }
}

/// What starts handed over before this one was ready for it; nobody panics while holding it.
static EARLY: Mutex<Vec<Option<OpenAtStart>>> = Mutex::new(Vec::new());

/// The program was started once more: what it should open is opened in a window of this one.
fn handed_over(app: &AppHandle, arguments: Vec<String>, folder: &Path) {
    let arguments = arguments.into_iter().skip(1).map(Into::into);
    match arguments::parse(arguments, folder) {
        Ok(start) => {
            // The setup takes what came early after it has put the shell in place: whoever sees none there is in time.
            let mut early = EARLY.lock().unwrap_or_else(PoisonError::into_inner);
            if app.try_state::<Shell>().is_some() {
                drop(early);
                open_another(app, start);
            } else {
                early.push(start);
            }
        }
        // It has read its arguments itself before.
        Err(message) => tracing::warn!("what another start should open cannot be read: {message}"),
    }
}

fn open_another(app: &AppHandle, start: Option<OpenAtStart>) {
    if let Err(e) = app.state::<Shell>().another(app, start) {
        tracing::warn!("what another start should open cannot be opened: {e}");
    }
}
