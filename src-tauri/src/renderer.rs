//! How WebKitGTK paints. Its usual renderer shares buffers with the graphics device; where there is none, it paints by software
//! into such buffers, and one moved element costs 75 to 110 ms. Without them it is 17 ms.

use std::ffi::OsStr;
use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

/// What WebKitGTK reads when it starts. Whoever sets it, to whatever value, has decided.
const VARIABLE: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
/// Where the kernel lists graphics devices.
const DEVICES: &str = "/dev/dri";

/// Whether the program is to begin anew with the variable set.
fn begins_anew(variable: Option<&OsStr>, device: bool) -> bool {
    variable.is_none() && !device
}

/// Whether this folder holds a render node that this user may open as WebKit does, for reading and writing.
fn has_render_node(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else {
        return false;
    };
    entries
        .flatten()
        .filter(|e| e.file_name().as_encoded_bytes().starts_with(b"renderD"))
        .any(|e| OpenOptions::new().read(true).write(true).open(e.path()).is_ok())
}

/// Sets the variable where there is no graphics device, by beginning the program anew: same process, same arguments. Returns where
/// there is nothing to change.
///
/// # Errors
/// The program cannot be begun anew; it works without, only slower.
pub(crate) fn settle() -> io::Result<()> {
    let variable = std::env::var_os(VARIABLE);
    if !begins_anew(variable.as_deref(), has_render_node(Path::new(DEVICES))) {
        return Ok(());
    }
    let program = std::env::current_exe()?;
    // The variable is set there, so that it happens once.
    Err(Command::new(program)
        .args(std::env::args_os().skip(1))
        .env(VARIABLE, "1")
        .exec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_graphics_device_it_begins_anew() {
        assert!(begins_anew(None, false));
        assert!(!begins_anew(None, true));
    }

    #[test]
    fn it_begins_anew_only_once_and_never_against_the_user() {
        for set in ["1", "0", ""] {
            assert!(!begins_anew(Some(OsStr::new(set)), false), "{set:?}");
        }
    }

    #[test]
    fn a_render_node_counts_only_where_it_can_be_opened() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!has_render_node(&folder.path().join("absent")));
        fs::write(folder.path().join("card0"), "").unwrap();
        assert!(!has_render_node(folder.path()), "a card is no render node");
        // A folder cannot be opened for writing, whoever asks.
        fs::create_dir(folder.path().join("renderD128")).unwrap();
        assert!(!has_render_node(folder.path()), "it cannot be opened");
        fs::write(folder.path().join("renderD129"), "").unwrap();
        assert!(has_render_node(folder.path()));
    }
}
