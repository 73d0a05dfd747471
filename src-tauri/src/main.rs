//! The desktop shell: one window over the session.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod adapters;
mod arguments;
mod kept;
#[cfg(target_os = "linux")]
mod renderer;
mod shell;
mod window;

use std::process::ExitCode;
use std::sync::Arc;

use leftfold_session::{Changed, Session, remove_temporary_copies};
use tauri::{Emitter, Manager, RunEvent, WebviewUrl, WebviewWindowBuilder};

use crate::kept::Kept;
use crate::shell::Shell;

fn main() -> ExitCode {
    let start = match arguments::parse(std::env::args_os().skip(1)) {
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
    let built = tauri::Builder::default()
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
            let sizes = window::sizes_here(app, kept.preferences().as_deref());
            app.manage(Shell { session, kept, start });
            WebviewWindowBuilder::new(app, "main", WebviewUrl::default())
                .title("Leftfold")
                .inner_size(sizes.inner.0, sizes.inner.1)
                .min_inner_size(sizes.least.0, sizes.least.1)
                .build()?;
            Ok(())
        })
        .invoke_handler(adapters::handler())
        .build(tauri::generate_context!());
    match built {
        Ok(app) => {
            // The loop ends the program without dropping what is open.
            app.run(|app, event| {
                if let RunEvent::Exit = event {
                    // A capture ends with a file that is whole.
                    if let Some(shell) = app.try_state::<Shell>() {
                        shell.session.shut_down();
                    }
                    remove_temporary_copies();
                }
            });
            ExitCode::SUCCESS
        }
        Err(e) => {
            eprintln!("leftfold-desktop: the window cannot be opened: {e}");
            ExitCode::from(2)
        }
    }
}
