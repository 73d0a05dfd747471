//! The broker and registry the tests read from: a running one, or one that is started for the tests and ended with them. Also the window's
//! tests are made with this file.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// A rig that is there already: its folder. Otherwise one is started for the tests, and ended with them.
const GIVEN: &str = "LEFTFOLD_TEST_RIG";

/// A broker of yours, `HOST:PORT` without TLS and login, with the URL of its registry; in place of a rig. The tests that need other doors, or end
/// brokers, say so and fail: leave them out (tests/kafka/README.md).
const BROKERS: &str = "LEFTFOLD_TEST_BROKERS";
const REGISTRY: &str = "LEFTFOLD_TEST_REGISTRY";

/// The running rig.
pub(crate) struct Rig {
    pub(crate) folder: PathBuf,
    facts: BTreeMap<String, String>,
    /// Ends the rig when this process ends, however it does: the other end of the pipe is closed then.
    _keeper: Option<Child>,
}

/// Held by every test that needs the broker as it is.
static CALM: RwLock<()> = RwLock::new(());

/// The rig, for a test that leaves the broker alone.
pub(crate) fn rig() -> (&'static Rig, RwLockReadGuard<'static, ()>) {
    let guard = CALM.read().unwrap_or_else(PoisonError::into_inner);
    (started(), guard)
}

/// The rig, for a test that needs it alone: it ends brokers, or looks for traces.
pub(crate) fn rig_alone() -> (&'static Rig, RwLockWriteGuard<'static, ()>) {
    let guard = CALM.write().unwrap_or_else(PoisonError::into_inner);
    (started(), guard)
}

/// The project's folder, which this crate's is or lies in.
pub(crate) fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors()
        .find(|folder| folder.join("tests/kafka/rig.sh").exists())
        .expect("the tests lie in the project")
}

fn started() -> &'static Rig {
    static RIG: OnceLock<Rig> = OnceLock::new();
    RIG.get_or_init(|| {
        let given = std::env::var_os(GIVEN).map(PathBuf::from);
        let folder = given
            .clone()
            .unwrap_or_else(|| Path::new(env!("CARGO_TARGET_TMPDIR")).join("kafka-rig"));
        let here = root().join("tests/kafka");
        if let Ok(brokers) = std::env::var(BROKERS) {
            return of_brokers(&here, &brokers);
        }
        let keeper = given.is_none().then(|| keeper(&here, &folder));
        run(&here, "rig.sh", &["start"], Some(&folder));
        of_folder(&here, folder, keeper)
    })
}

/// Ends the rig of a folder when this process ends, however it does, or lets go of it. Whoever kept it before, for tests that ran before these,
/// has ended it by then: what that one is about to stop would be taken for running.
pub(crate) fn keeper(here: &Path, folder: &Path) -> Child {
    let script =
        "exec 7>\"$1.kept\" && flock -w 600 7 && echo kept && exec >/dev/null && cat && \"$0\" stop \"$1\"";
    let mut keeper = Command::new("setsid")
        .args(["sh", "-c", script])
        .arg(here.join("rig.sh"))
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("sh runs");
    let mut kept = [0; "kept\n".len()];
    let mut said = keeper.stdout.take().expect("its output is piped");
    said.read_exact(&mut kept)
        .expect("whoever kept the rig before ends it within ten minutes");
    keeper
}

fn run(here: &Path, program: &str, verb: &[&str], folder: Option<&Path>) {
    let mut command = Command::new(here.join(program));
    command.args(verb).args(folder);
    let done = command.output().expect("the rig's scripts run");
    assert!(
        done.status.success(),
        "{program}: {}{}",
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr)
    );
}

/// The rig of a folder, with its topics written.
fn of_folder(here: &Path, folder: PathBuf, keeper: Option<Child>) -> Rig {
    run(here, "produce.py", &[], Some(&folder));
    let text = fs::read_to_string(folder.join("rig.json")).expect("the rig says where it is");
    let facts = serde_json::from_str(&text).expect("what the rig says is JSON");
    Rig {
        folder,
        facts,
        _keeper: keeper,
    }
}

/// A broker that is not ours in place of a rig: all that is known of it is where it is.
fn of_brokers(here: &Path, brokers: &str) -> Rig {
    let registry = std::env::var(REGISTRY).unwrap_or_else(|_| {
        panic!("{BROKERS} is given: give {REGISTRY}, too, the URL of its schema registry")
    });
    run(here, "rig.sh", &["setup"], None);
    let name: String = brokers
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("kafka-given-{name}"));
    fs::create_dir_all(&folder).expect("a folder for what is written");
    let programs = root().join("target/kafka");
    let facts = serde_json::json!({
        "given": "yes",
        "dir": folder,
        "plaintext": brokers,
        "registry": registry,
        "classpath": format!("{}/*", programs.join("lib").display()),
    });
    fs::write(folder.join("rig.json"), facts.to_string()).expect("it can be written");
    of_folder(here, folder, None)
}

impl Rig {
    /// A fact of `rig.json`.
    pub(crate) fn fact(&self, name: &str) -> &str {
        self.facts.get(name).map_or_else(
            || panic!("no {name} in rig.json: of a given broker only its address and its registry are known"),
            String::as_str,
        )
    }

    /// The brokers at the door where everybody may do all.
    pub(crate) fn brokers(&self) -> &str {
        self.fact("plaintext")
    }

    /// The settings of a way in: `plain-alice.conf`, `plain-alice.properties`.
    pub(crate) fn client(&self, file: &str) -> String {
        format!("{}/{file}", self.fact("clients"))
    }

    /// Runs the rig's own script.
    pub(crate) fn control(&self, verb: &str, part: &str) {
        let script = root().join("tests/kafka/rig.sh");
        let done = Command::new(script)
            .arg(verb)
            .arg(&self.folder)
            .arg(part)
            .output()
            .expect("the rig's script runs");
        assert!(
            done.status.success(),
            "{verb} {part}: {}",
            String::from_utf8_lossy(&done.stderr)
        );
    }

    /// Runs Python with the rig's clients; what it printed.
    pub(crate) fn python(&self, script: &str, args: &[&str]) -> String {
        Self::python_at(self.brokers(), script, args)
    }

    /// The same with these brokers.
    pub(crate) fn python_at(brokers: &str, script: &str, args: &[&str]) -> String {
        let root = root();
        let done = Command::new(root.join("target/kafka/venv/bin/python"))
            .args(["-B", "-c", script, brokers])
            .args(args)
            .current_dir(root.join("tests/kafka"))
            .output()
            .expect("python runs");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).expect("it prints text")
    }
}
