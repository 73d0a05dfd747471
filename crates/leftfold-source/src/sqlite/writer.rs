//! Whether another program is writing a database just now.

use std::path::Path;

/// Whether another program holds one of SQLite's locks for writing: it stands in a transaction, whose journal is no leftover. `false`
/// where it cannot be told.
#[cfg(any(target_os = "linux", target_os = "macos"))]
pub(super) fn is_writing(path: &Path) -> bool {
    use crate::held::Held;
    use nix::fcntl::{FcntlArg, fcntl};
    use nix::libc::{F_RDLCK, F_UNLCK, SEEK_SET, flock};

    /// Where SQLite's locks lie in a file, and how many bytes they are: pending, reserved, and 510 shared ones.
    const LOCKS: (i64, i64) = (0x4000_0000, 512);

    let Ok(file) = Held::open(path) else {
        return false;
    };
    // Who would be in the way of a reader is a writer. Nothing is locked by asking.
    let mut lock = flock {
        l_type: F_RDLCK as _,
        l_whence: SEEK_SET as _,
        l_start: LOCKS.0,
        l_len: LOCKS.1,
        l_pid: 0,
    };
    fcntl(file.handle(), FcntlArg::F_GETLK(&mut lock)).is_ok()
        && i32::from(lock.l_type) != i32::from(F_UNLCK as i16)
}

/// The same where locks cannot be asked about.
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
pub(super) fn is_writing(_: &Path) -> bool {
    false
}
