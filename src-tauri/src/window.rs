//! Windows, and their size: what the user left it at, never more than the screen has room for.

use std::sync::atomic::{AtomicU32, Ordering};

use tauri::{Runtime, WebviewUrl, WebviewWindowBuilder};

/// The label of the window the program begins with.
pub(crate) const FIRST_LABEL: &str = "main";

/// How many windows there were beside that one.
static OTHERS: AtomicU32 = AtomicU32::new(0);

/// Logical pixels, width by height.
type Size = (f64, f64);

/// A window opened for the first time.
const FIRST: Size = (1440.0, 900.0);
/// Below this the parts of the window stand in each other's way.
const LEAST: Size = (1000.0, 700.0);
/// What a title bar takes of the height that inner sizes are measured without.
const TITLE_BAR: f64 = 38.0;

/// How the window opens: its inner size, and the least one it can be given.
#[derive(Debug, PartialEq, Clone, Copy)]
pub(crate) struct Sizes {
    pub(crate) inner: Size,
    pub(crate) least: Size,
}

/// The sizes for a screen's work area (`None`: no screen tells its size) and the size kept from the last time.
fn sizes(work_area: Option<Size>, kept: Option<Size>) -> Sizes {
    let room = work_area.map_or((f64::INFINITY, f64::INFINITY), |(w, h)| {
        (w, (h - TITLE_BAR).max(1.0))
    });
    let within = |(w, h): Size| (w.min(room.0), h.min(room.1));
    let least = within(LEAST);
    let (w, h) = within(kept.unwrap_or(FIRST));
    Sizes {
        inner: (w.max(least.0), h.max(least.1)),
        least,
    }
}

/// The sizes for this machine, with what the UI kept in its preferences.
fn sizes_here<R: Runtime>(app: &tauri::AppHandle<R>, preferences: Option<&str>) -> Sizes {
    let first = || {
        app.available_monitors()
            .ok()
            .and_then(|all| all.into_iter().next())
    };
    let monitor = app.primary_monitor().ok().flatten().or_else(first);
    let work_area = monitor.map(|m| {
        let size = m.work_area().size.to_logical::<f64>(m.scale_factor());
        (size.width, size.height)
    });
    sizes(work_area, preferences.and_then(kept_size))
}

/// Opens the window the program begins with.
pub(crate) fn first<R: Runtime>(app: &tauri::AppHandle<R>, preferences: Option<&str>) -> tauri::Result<()> {
    open(app, FIRST_LABEL, preferences)
}

/// The label of another one.
pub(crate) fn next_label() -> String {
    let number = OTHERS.fetch_add(1, Ordering::Relaxed) + 1;
    format!("window-{number}")
}

/// Opens a window of this label.
pub(crate) fn open<R: Runtime>(
    app: &tauri::AppHandle<R>,
    label: &str,
    preferences: Option<&str>,
) -> tauri::Result<()> {
    let sizes = sizes_here(app, preferences);
    WebviewWindowBuilder::new(app, label, WebviewUrl::default())
        .title("Leftfold")
        .inner_size(sizes.inner.0, sizes.inner.1)
        .min_inner_size(sizes.least.0, sizes.least.1)
        .build()?;
    Ok(())
}

/// The window's size in the preferences the UI saved.
fn kept_size(preferences: &str) -> Option<Size> {
    let json: serde_json::Value = serde_json::from_str(preferences).ok()?;
    let of = |name: &str| {
        json["window"][name]
            .as_f64()
            .filter(|n| (200.0..=20_000.0).contains(n))
    };
    Some((of("width")?, of("height")?))
}

/// Why no window can be opened here, where that can be known beforehand: the toolkit would end the program by a panic.
#[cfg(any(
    target_os = "linux",
    target_os = "freebsd",
    target_os = "openbsd",
    target_os = "netbsd"
))]
pub(crate) fn unreachable_display() -> Option<String> {
    if gtk::init().is_ok() {
        return None;
    }
    let named = |name: &str| {
        std::env::var(name)
            .ok()
            .filter(|v| !v.is_empty())
            .map(|v| format!("{name}={v}"))
    };
    let named: Vec<String> = ["WAYLAND_DISPLAY", "DISPLAY"]
        .into_iter()
        .filter_map(named)
        .collect();
    let what = if named.is_empty() {
        "there is no display: neither DISPLAY nor WAYLAND_DISPLAY is set".to_owned()
    } else {
        format!("the display cannot be reached ({})", named.join(", "))
    };
    Some(format!(
        "{what}; start it in a desktop session, set DISPLAY to one you may use, or use the command line: leftfold --help"
    ))
}

#[cfg(not(any(
    target_os = "linux",
    target_os = "freebsd",
    target_os = "openbsd",
    target_os = "netbsd"
)))]
pub(crate) fn unreachable_display() -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_screen_gets_the_first_size_and_the_usual_least_one() {
        let s = sizes(Some((2560.0, 1400.0)), None);
        assert_eq!((s.inner, s.least), (FIRST, LEAST));
        assert_eq!(sizes(None, None).inner, FIRST);
    }

    #[test]
    fn the_window_is_never_larger_than_the_work_area() {
        assert_eq!(sizes(Some((1366.0, 728.0)), None).inner, (1366.0, 690.0));
        let small = sizes(Some((800.0, 600.0)), Some((3000.0, 2000.0)));
        assert_eq!((small.inner, small.least), ((800.0, 562.0), (800.0, 562.0)));
    }

    #[test]
    fn a_kept_size_is_taken_unless_it_is_too_small_or_nonsense() {
        let kept = |json| kept_size(json).map(|k| sizes(Some((1920.0, 1080.0)), Some(k)).inner);
        assert_eq!(
            kept(r#"{"window":{"width":1200,"height":800}}"#),
            Some((1200.0, 800.0))
        );
        assert_eq!(kept(r#"{"window":{"width":300,"height":300}}"#), Some(LEAST));
        for nonsense in [
            "{}",
            r#"{"window":{"width":-1,"height":800}}"#,
            r#"{"window":null}"#,
            "[",
        ] {
            assert_eq!(kept(nonsense), None, "{nonsense}");
        }
    }
}
