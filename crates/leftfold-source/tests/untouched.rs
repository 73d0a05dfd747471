//! Reading leaves no trace: the same bytes, the same times, the same names in the folder, before and after.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{account, database, heads};
use leftfold_event::{Cancel, Locator};
use leftfold_source::{SourceError, SourceFile, open};
use rusqlite::Connection;

const TABLE: &str = "CREATE TABLE events (aggregate_type TEXT, aggregate_id TEXT, sequence INTEGER, event_type TEXT, event_version TEXT, payload TEXT, metadata TEXT, PRIMARY KEY (aggregate_type, aggregate_id, sequence));";

fn insert(connection: &Connection, from: i64, to: i64) {
    connection.execute_batch("BEGIN").unwrap();
    let mut statement = connection
        .prepare("INSERT INTO events VALUES ('Order', 'a', ?1, 'Placed', '1', '{\"n\":1}', '{}')")
        .unwrap();
    for i in from..=to {
        statement.execute([i]).unwrap();
    }
    connection.execute_batch("COMMIT").unwrap();
}

/// Names, sizes, times and contents of everything in a folder.
fn snapshot(folder: &Path) -> Vec<(PathBuf, u64, std::time::SystemTime, Vec<u8>)> {
    let mut all: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let meta = fs::metadata(&path).unwrap();
            let bytes = fs::read(&path).unwrap();
            (path, meta.len(), meta.modified().unwrap(), bytes)
        })
        .collect();
    all.sort();
    all
}

/// Opens, scans, fetches and closes, holding that nothing in the folder changed.
fn read_without_a_trace(path: &Path) -> usize {
    let before = snapshot(path.parent().unwrap());
    let file = open(path).unwrap();
    let store = file.store(0).unwrap();
    let n = heads(&*store).len();
    account(&*store);
    store.identity().unwrap();
    drop((store, file));
    let after = snapshot(path.parent().unwrap());
    assert!(before == after, "the folder of {} changed", path.display());
    n
}

/// A copy of a database as a crash or a careless copy leaves it: these files and no others.
fn copy(from: &Path, folder: &Path, suffixes: &[&str]) -> PathBuf {
    let to = folder.join("copy.db");
    for suffix in suffixes {
        let name = |p: &Path| PathBuf::from(format!("{}{suffix}", p.display()));
        fs::copy(name(from), name(&to)).unwrap();
    }
    to
}

#[test]
fn a_rollback_database_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(folder.path(), "a.db", TABLE);
    insert(&Connection::open(&path).unwrap(), 1, 100);
    assert_eq!(read_without_a_trace(&path), 100);
}

#[test]
fn a_wal_database_without_its_log_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(
        folder.path(),
        "a.db",
        &format!("PRAGMA journal_mode=WAL; {TABLE}"),
    );
    insert(&Connection::open(&path).unwrap(), 1, 100);
    assert!(!folder.path().join("a.db-wal").exists());
    assert_eq!(read_without_a_trace(&path), 100);
    // An empty log says the same.
    fs::write(folder.path().join("a.db-wal"), b"").unwrap();
    assert_eq!(read_without_a_trace(&path), 100);
}

#[test]
fn a_live_writers_log_is_read_along() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(
        folder.path(),
        "a.db",
        &format!("PRAGMA journal_mode=WAL; {TABLE}"),
    );
    let writer = Connection::open(&path).unwrap();
    insert(&writer, 1, 100);
    // Within one process SQLite shares the writer's own handle on the shared memory, so the other process's writer
    // below is the one that proves that nothing is written there.
    assert!(folder.path().join("a.db-shm").exists());
    let file = open(&path).unwrap();
    let store = file.store(0).unwrap();
    let first = store.identity().unwrap();
    assert_eq!(heads(&*store).len(), 100);
    // What is written later is seen by the next reading, and tells the index that it is out of date.
    insert(&writer, 101, 150);
    assert_ne!(store.identity().unwrap(), first);
    assert_eq!(heads(&*store).len(), 150);
    // What is not committed is not seen.
    writer.execute_batch("BEGIN; DELETE FROM events").unwrap();
    assert_eq!(heads(&*store).len(), 150);
    writer.execute_batch("COMMIT").unwrap();
    assert_eq!(heads(&*store).len(), 0);
    // The writer can still check its log in and close.
    writer.execute_batch("PRAGMA wal_checkpoint(PASSIVE)").unwrap();
    drop(store);
    drop(file);
    drop(writer);
    assert!(!folder.path().join("a.db-wal").exists());
}

#[test]
fn a_store_follows_the_file_from_log_to_no_log_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(
        folder.path(),
        "a.db",
        &format!("PRAGMA journal_mode=WAL; {TABLE}"),
    );
    insert(&Connection::open(&path).unwrap(), 1, 10);
    let file = open(&path).unwrap();
    let store = file.store(0).unwrap();
    assert_eq!(heads(&*store).len(), 10);
    let writer = Connection::open(&path).unwrap();
    insert(&writer, 11, 20);
    assert_eq!(heads(&*store).len(), 20);
    writer.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    assert_eq!(heads(&*store).len(), 20);
    insert(&writer, 21, 30);
    assert_eq!(heads(&*store).len(), 30);
}

#[test]
fn a_copied_log_without_shared_memory_is_read_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(
        folder.path(),
        "a.db",
        &format!("PRAGMA journal_mode=WAL; {TABLE}"),
    );
    let writer = Connection::open(&path).unwrap();
    insert(&writer, 1, 100);
    for suffixes in [&["", "-wal"][..], &["", "-wal", "-shm"][..]] {
        let elsewhere = tempfile::tempdir().unwrap();
        let copied = copy(&path, elsewhere.path(), suffixes);
        assert_eq!(read_without_a_trace(&copied), 100, "{suffixes:?}");
        fs::set_permissions(elsewhere.path(), read_only_folder()).unwrap();
        assert_eq!(
            read_without_a_trace(&copied),
            100,
            "{suffixes:?} in a read-only folder"
        );
    }
}

fn read_only_folder() -> std::fs::Permissions {
    use std::os::unix::fs::PermissionsExt;
    fs::Permissions::from_mode(0o555)
}

/// Files left behind in the middle of a transaction that changes every payload.
fn interrupted(folder: &Path) -> PathBuf {
    let made = tempfile::tempdir().unwrap();
    let path = database(made.path(), "a.db", TABLE);
    let writer = Connection::open(&path).unwrap();
    insert(&writer, 1, 5000);
    writer
        .execute_batch("PRAGMA cache_size=1; BEGIN; UPDATE events SET payload = '{\"n\":2}'; DELETE FROM events WHERE sequence > 4000")
        .unwrap();
    copy(&path, folder, &["", "-journal"])
}

/// Every payload, and how often each occurs.
fn payloads(path: &Path) -> std::collections::BTreeMap<String, usize> {
    let store = open(path).unwrap().store(0).unwrap();
    let locators: Vec<Locator> = heads(&*store).iter().map(|h| h.locator).collect();
    let mut found = std::collections::BTreeMap::new();
    for (_, payload) in common::raws(&*store, &locators) {
        *found.entry(payload).or_default() += 1;
    }
    found
}

#[test]
fn an_interrupted_transaction_is_rolled_back_in_a_copy() {
    let folder = tempfile::tempdir().unwrap();
    let copied = interrupted(folder.path());
    assert_eq!(read_without_a_trace(&copied), 5000);
    let before = snapshot(folder.path());
    assert_eq!(payloads(&copied), [(r#"{"n":1}"#.to_owned(), 5000)].into());
    let mut bytes = Vec::new();
    let file = SourceFile::open_unmapped_with(&copied, &Cancel::new(), &mut |n| bytes.push(n)).unwrap();
    let all: u64 = ["", "-journal"]
        .map(|s| fs::metadata(format!("{}{s}", copied.display())).unwrap().len())
        .iter()
        .sum();
    assert_eq!(bytes.last(), Some(&all));
    for told in [&file.stores()[0].notes, &file.stores()[0].warnings] {
        let told = told.join(" ");
        assert!(
            told.contains(&format!("rolled back in a temporary copy of {all} bytes")),
            "{told}"
        );
    }
    let identity = file.store(0).unwrap().identity().unwrap();
    assert_eq!(identity.path, Some(fs::canonicalize(&copied).unwrap()));
    drop(file);
    assert!(before == snapshot(folder.path()));
    // So it is what SQLite itself makes of it when it may write.
    let own = Connection::open(&copied).unwrap();
    let sum: i64 = own
        .query_row(
            "SELECT count(*) FROM events WHERE payload = '{\"n\":1}'",
            [],
            |r| r.get(0),
        )
        .unwrap();
    assert_eq!(sum, 5000);
}

#[test]
fn a_store_follows_the_file_when_its_own_program_rolls_back_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let copied = interrupted(folder.path());
    let store = open(&copied).unwrap().store(0).unwrap();
    let hot = store.identity().unwrap();
    assert_eq!(store.identity().unwrap(), hot);
    assert_eq!(heads(&*store).len(), 5000);
    let own = Connection::open(&copied).unwrap();
    own.query_row("SELECT count(*) FROM events", [], |_| Ok(()))
        .unwrap();
    assert!(!folder.path().join("copy.db-journal").exists());
    let settled = store.identity().unwrap();
    assert_ne!(settled, hot);
    assert_eq!(heads(&*store).len(), 5000);
    insert(&own, 5001, 5100);
    assert_ne!(store.identity().unwrap(), settled);
    assert_eq!(heads(&*store).len(), 5100);
}

#[test]
fn without_its_journal_the_same_file_is_another_content() {
    let folder = tempfile::tempdir().unwrap();
    let copied = interrupted(folder.path());
    let store = open(&copied).unwrap().store(0).unwrap();
    let hot = store.identity().unwrap();
    fs::remove_file(folder.path().join("copy.db-journal")).unwrap();
    assert_ne!(store.identity().unwrap(), hot);
}

#[test]
fn a_cancelled_copy_ends_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let copied = interrupted(folder.path());
    let cancel = Cancel::new();
    let stop = cancel.clone();
    let opened = SourceFile::open_unmapped_with(&copied, &cancel, &mut |_| stop.cancel());
    assert!(matches!(opened.err(), Some(SourceError::Cancelled)));
}

/// A transaction over two files, ended before its commit; where its super-journal lies is said in both journals.
fn interrupted_over_two_files(folder: &Path) -> (PathBuf, PathBuf) {
    let path = interrupted(folder);
    let journal = folder.join("copy.db-journal");
    let super_journal = folder.join("copy.db-mj01234567");
    let name = super_journal.as_os_str().as_encoded_bytes();
    let sum = name.iter().map(|b| u32::from(*b)).sum::<u32>();
    let mut bytes = fs::read(&journal).unwrap();
    bytes.extend((0x4000_0000_u32 / 1024 + 1).to_be_bytes());
    bytes.extend(name);
    bytes.extend((name.len() as u32).to_be_bytes());
    bytes.extend(sum.to_be_bytes());
    bytes.extend([0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7]);
    fs::write(&journal, bytes).unwrap();
    (path, super_journal)
}

#[test]
fn a_super_journal_says_whether_the_transaction_was_committed_and_stays() {
    let folder = tempfile::tempdir().unwrap();
    let (path, super_journal) = interrupted_over_two_files(folder.path());
    // It names a journal that is gone: SQLite would remove it after a rollback.
    fs::write(&super_journal, b"/nowhere/other.db-journal\0").unwrap();
    let before = snapshot(folder.path());
    assert_eq!(payloads(&path), [(r#"{"n":1}"#.to_owned(), 5000)].into());
    assert!(before == snapshot(folder.path()));
    fs::remove_file(&super_journal).unwrap();
    // Committed: what stands there is what was written.
    assert!(
        payloads(&path).contains_key(r#"{"n":2}"#),
        "{:?}",
        payloads(&path)
    );
}

#[test]
fn a_live_writers_journal_is_not_rolled_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(folder.path(), "a.db", TABLE);
    insert(&Connection::open(&path).unwrap(), 1, 5000);
    // What is changed but not yet written to the file, and then what is.
    for (small, code) in [
        ("", None),
        ("c.execute('PRAGMA cache_size=1');", Some("source-locked")),
    ] {
        let script = format!(
            "import sqlite3,sys; c=sqlite3.connect(sys.argv[1],isolation_level=None); {small} c.execute('BEGIN'); c.execute('UPDATE events SET payload = 2'); print('busy',flush=True); sys.stdin.read()"
        );
        let mut writer = Command::new("python3")
            .args(["-c", &script])
            .arg(&path)
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .expect("python3 plays the other program here");
        let mut line = String::new();
        let out = writer.stdout.take().unwrap();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(out), &mut line).unwrap();
        assert_eq!(line, "busy\n");
        assert!(folder.path().join("a.db-journal").exists());
        match code {
            None => {
                assert_eq!(payloads(&path), [(r#"{"n":1}"#.to_owned(), 5000)].into());
                let notes = open(&path).unwrap().stores()[0].notes.join(" ");
                assert!(!notes.contains("rollback journal"), "{notes}");
            }
            Some(code) => assert_eq!(open(&path).err().map(|e| e.code()), Some(code)),
        }
        drop(writer.stdin.take());
        writer.wait().unwrap();
    }
}

#[test]
fn a_transaction_under_way_is_not_told_as_interrupted_and_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(folder.path(), "a.db", TABLE);
    insert(&Connection::open(&path).unwrap(), 1, 5000);
    let script = "import sqlite3,sys; c=sqlite3.connect(sys.argv[1],isolation_level=None); c.execute('PRAGMA cache_size=1'); c.execute('BEGIN'); c.execute('UPDATE events SET payload = 2'); print('busy',flush=True); sys.stdin.read()";
    let mut writer = Command::new("python3")
        .args(["-c", script])
        .arg(&path)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("python3 plays the other program here");
    let mut line = String::new();
    let out = writer.stdout.take().unwrap();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(out), &mut line).unwrap();
    assert_eq!(line, "busy\n");
    // With a log beside it, were it empty, SQLite is not asked to open the file where it is: that would write.
    fs::write(folder.path().join("a.db-wal"), "").unwrap();
    let before = snapshot(folder.path());
    assert_eq!(
        payloads(&path),
        [(r#"{"n":1}"#.to_owned(), 5000)].into(),
        "as committed last"
    );
    let told = |path: &Path| open(path).unwrap().stores()[0].notes.join(" ");
    let notes = told(&path);
    assert!(
        notes.contains("Another program is writing the file just now"),
        "{notes}"
    );
    assert!(!notes.contains("interrupted"), "{notes}");
    assert!(before == snapshot(folder.path()));
    // The same bytes elsewhere are nobody's any more.
    let elsewhere = copy(
        &path,
        tempfile::tempdir_in(folder.path()).unwrap().keep().as_path(),
        &["", "-journal"],
    );
    let notes = told(&elsewhere);
    assert!(notes.contains("a transaction was interrupted"), "{notes}");
    drop(writer.stdin.take());
    writer.wait().unwrap();
}

#[test]
fn odd_names_are_opened() {
    let folder = tempfile::tempdir().unwrap();
    for name in [
        "a b.db",
        "what?.db",
        "#1.db",
        "100%.db",
        "%41.db",
        "ü/../ü.db",
        "it's \"it\".db",
        "-rf.db",
        "a&b=c.db",
        "file:x.db",
        "日本.db",
    ] {
        let name = name.rsplit('/').next().unwrap();
        let inner = tempfile::tempdir_in(folder.path()).unwrap();
        let plain = database(inner.path(), "plain.db", TABLE);
        insert(&Connection::open(&plain).unwrap(), 1, 3);
        let path = inner.path().join(name);
        fs::rename(plain, &path).unwrap();
        assert_eq!(read_without_a_trace(&path), 3, "{name}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        let plain = database(folder.path(), "plain.db", TABLE);
        insert(&Connection::open(&plain).unwrap(), 1, 3);
        let path = folder.path().join(std::ffi::OsStr::from_bytes(b"\xff\xfe.db"));
        fs::rename(plain, &path).unwrap();
        assert_eq!(heads(&*open(&path).unwrap().store(0).unwrap()).len(), 3);
    }
}

#[test]
fn an_exclusive_lock_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(folder.path(), "a.db", TABLE);
    // Locks of one process do not stop itself: another one must hold it.
    let script = "import sqlite3,sys; c=sqlite3.connect(sys.argv[1],isolation_level=None); c.execute('BEGIN EXCLUSIVE'); print('locked',flush=True); sys.stdin.read()";
    let Ok(mut holder) = Command::new("python3")
        .args(["-c", script])
        .arg(&path)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
    else {
        panic!("python3 plays the other program here, and it is not installed");
    };
    let mut line = String::new();
    let out = holder.stdout.take().unwrap();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(out), &mut line).unwrap();
    assert_eq!(line, "locked\n");
    let found = open(&path);
    assert!(
        matches!(&found, Err(SourceError::Locked { .. })),
        "{:?}",
        found.err()
    );
    drop(holder.stdin.take());
    holder.wait().unwrap();
    assert!(matches!(open(&path).map(|f| f.stores().len()), Ok(1)));
}

#[test]
fn a_writer_in_another_process_is_read_along() {
    let folder = tempfile::tempdir().unwrap();
    let path = database(
        folder.path(),
        "a.db",
        &format!("PRAGMA journal_mode=WAL; {TABLE}"),
    );
    let script = "import sqlite3,sys\nc=sqlite3.connect(sys.argv[1],isolation_level=None)\nfor line in sys.stdin:\n a,b=map(int,line.split())\n c.execute('BEGIN')\n c.executemany(\"INSERT INTO events VALUES ('Order','a',?,'Placed','1','{}','{}')\",[(i,) for i in range(a,b)])\n c.execute('COMMIT')\n print('done',flush=True)\n";
    let Ok(mut writer) = Command::new("python3")
        .args(["-c", script])
        .arg(&path)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
    else {
        panic!("python3 plays the other program here, and it is not installed");
    };
    let mut input = writer.stdin.take().unwrap();
    let mut output = std::io::BufReader::new(writer.stdout.take().unwrap());
    let mut write = |from: i64, to: i64| {
        use std::io::{BufRead, Write};
        writeln!(input, "{from} {to}").unwrap();
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        assert_eq!(line, "done\n");
    };
    write(1, 1001);
    assert_eq!(read_without_a_trace(&path), 1000);
    let file = open(&path).unwrap();
    let store = file.store(0).unwrap();
    for i in 1..20 {
        assert_eq!(heads(&*store).len() as i64, i * 1000);
        write(i * 1000 + 1, (i + 1) * 1000 + 1);
    }
    drop(input);
    writer.wait().unwrap();
}

#[test]
fn a_table_without_row_numbers_is_found_again_without_a_scan() {
    let folder = tempfile::tempdir().unwrap();
    let sql = format!("{}; ", TABLE.trim_end_matches(';').to_owned() + " WITHOUT ROWID");
    let path = database(folder.path(), "a.db", &sql);
    insert(&Connection::open(&path).unwrap(), 1, 3000);
    let store = open(&path).unwrap().store(0).unwrap();
    let all = heads(&*store);
    let fresh = open(&path).unwrap().store(0).unwrap();
    let some: Vec<Locator> = [2999, 0, 1, 511, 512, 513, 1700, 1702, 2048]
        .iter()
        .map(|&i: &usize| all[i].locator)
        .collect();
    let versions: Vec<_> = common::events(&*fresh, &some).iter().map(|e| e.version).collect();
    assert_eq!(versions, [3000, 1, 2, 512, 513, 514, 1701, 1703, 2049].map(Some));
}
