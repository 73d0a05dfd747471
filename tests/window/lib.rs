//! The built window under a virtual display: starts it, finds things in it, waits for conditions, takes pictures.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "this is a test harness: it fails by panicking"
)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use fantoccini::actions::InputSource as _;
use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard};

/// How long a condition is waited for. Generous: the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(30);

/// Whether an element can be used, is where it was when this was last asked, frames ago, and is what the pointer would meet there.
const STANDS: &str = "
    const e = document.querySelectorAll(arguments[0])[arguments[1]];
    const before = window.stood;
    window.stood = undefined;
    if (e === undefined || e.matches(':disabled')) return false;
    const look = () => {
        const [box] = e.getClientRects();
        if (box === undefined) return null;
        const x = (Math.max(0, box.left) + Math.min(innerWidth, box.right)) / 2;
        const y = (Math.max(0, box.top) + Math.min(innerHeight, box.bottom)) / 2;
        const met = document.elementFromPoint(x, y);
        return met !== null && e.contains(met) ? [box.left, box.top, box.width, box.height].join() : null;
    };
    let at = look();
    if (at === null) {
        e.scrollIntoView({ block: 'nearest', inline: 'nearest' });
        at = look();
    }
    if (at === null) return false;
    if (before?.e === e && before.at === at) {
        window.stood = before;
        return before.framed;
    }
    const now = { e, at, framed: false };
    window.stood = now;
    requestAnimationFrame(() => requestAnimationFrame(() => { now.framed = true; }));
    return false;";

/// WebKit's driver serves one session at a time.
static ONE_WINDOW: Mutex<()> = Mutex::const_new(());

/// A window that is open, its driver and its own home folder.
pub struct Window {
    /// The WebDriver session.
    pub client: Client,
    driver: Child,
    home: Arc<tempfile::TempDir>,
    name: String,
    pictures: u32,
    _only: MutexGuard<'static, ()>,
}

/// How the window paints.
#[derive(PartialEq, Clone, Copy)]
enum Renderer {
    /// As the program itself decides.
    OfUser,
    /// So that the driver can take pictures: slower where there is no graphics device.
    WithPictures,
}

/// A screen with some room around a window of this size.
fn screen_for(width: u32, height: u32) -> (u32, u32) {
    (width.max(1000) + 200, height.max(700) + 200)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// The folder of what is built, and of what tests make once.
pub fn build_folder() -> PathBuf {
    root().join("target")
}

/// The program under test: `LEFTFOLD_DESKTOP`, else the debug build.
pub fn application() -> PathBuf {
    let given = std::env::var_os("LEFTFOLD_DESKTOP").map(PathBuf::from);
    let path = given.unwrap_or_else(|| root().join("target/debug/leftfold-desktop"));
    assert!(
        path.exists(),
        "{} is not built: run `make desktop`",
        path.display()
    );
    path
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

impl Window {
    /// Opens the window with these arguments in a home folder of its own. `name` names its pictures.
    pub async fn open(name: &str, arguments: &[&str]) -> Self {
        Self::open_sized(name, arguments, (1440, 900)).await
    }

    /// Opens the window in a given size.
    pub async fn open_sized(name: &str, arguments: &[&str], (width, height): (u32, u32)) -> Self {
        let screen = screen_for(width, height);
        let window = Self::open_on(name, arguments, screen, None).await;
        window.client.set_window_size(width, height).await.unwrap();
        window
    }

    /// Opens the window with these settings in its environment.
    pub async fn open_among(name: &str, environment: &[(&str, &str)]) -> Self {
        let screen = screen_for(1440, 900);
        let home = Arc::new(tempfile::tempdir().unwrap());
        let window = Self::start_in(home, name, &[], environment, screen, Renderer::WithPictures).await;
        window.client.set_window_size(1440, 900).await.unwrap();
        window
    }

    /// Opens the window in a home folder that has these files.
    pub async fn open_with(name: &str, files: &[(&str, &str)], arguments: &[&str]) -> Self {
        let home = Arc::new(tempfile::tempdir().unwrap());
        for (path, text) in files {
            let path = home.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let screen = screen_for(1440, 900);
        let window = Self::start_in(home, name, arguments, &[], screen, Renderer::WithPictures).await;
        window.client.set_window_size(1440, 900).await.unwrap();
        window
    }

    /// Opens the window in a given size, with the renderer a user gets on this machine. Where that is the one without a graphics
    /// device, it gives no pictures.
    pub async fn open_as_user(name: &str, arguments: &[&str], (width, height): (u32, u32)) -> Self {
        let screen = screen_for(width, height);
        let window = Self::start(name, arguments, screen, None, Renderer::OfUser).await;
        window.client.set_window_size(width, height).await.unwrap();
        window
    }

    /// Opens the window on a screen of a given size, as large as it makes itself; with the preferences a run before kept.
    pub async fn open_on(
        name: &str,
        arguments: &[&str],
        screen: (u32, u32),
        preferences: Option<&str>,
    ) -> Self {
        Self::start(name, arguments, screen, preferences, Renderer::WithPictures).await
    }

    async fn start(
        name: &str,
        arguments: &[&str],
        screen: (u32, u32),
        preferences: Option<&str>,
        renderer: Renderer,
    ) -> Self {
        let home = Arc::new(tempfile::tempdir().unwrap());
        if let Some(json) = preferences {
            let folder = home.path().join("config/leftfold");
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join("window.json"), json).unwrap();
        }
        Self::start_in(home, name, arguments, &[], screen, renderer).await
    }

    /// Closes the window and opens it again in the same home, as a person does the day after.
    pub async fn again(self) -> Self {
        self.again_with(&[]).await
    }

    /// As `again`, with these arguments.
    pub async fn again_with(self, arguments: &[&str]) -> Self {
        let (home, name, pictures) = (Arc::clone(&self.home), self.name.clone(), self.pictures);
        self.close().await;
        let mut window = Self::start_in(
            home,
            &name,
            arguments,
            &[],
            screen_for(1440, 900),
            Renderer::WithPictures,
        )
        .await;
        window.client.set_window_size(1440, 900).await.unwrap();
        window.pictures = pictures;
        window
    }

    async fn start_in(
        home: Arc<tempfile::TempDir>,
        name: &str,
        arguments: &[&str],
        environment: &[(&str, &str)],
        screen: (u32, u32),
        renderer: Renderer,
    ) -> Self {
        let only = ONE_WINDOW.lock().await;
        let (port, native_port) = (free_port(), free_port());
        let tools = root().join("target/tools/bin/tauri-driver");
        let tauri_driver = if tools.exists() {
            tools
        } else {
            PathBuf::from("tauri-driver")
        };
        let screen = format!("-screen 0 {}x{}x24", screen.0, screen.1);
        let mut command = Command::new("dbus-run-session");
        command
            // A keyring of its own, unlocked, as a desktop has one; its files lie in the home folder.
            .args(["--", "sh", "-c"])
            .arg("printf secret | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec \"$@\"")
            .args(["sh", "xvfb-run", "-a", "-s", &screen])
            .arg(tauri_driver)
            .args([
                "--port",
                &port.to_string(),
                "--native-port",
                &native_port.to_string(),
            ])
            .env("HOME", home.path())
            .env("XDG_CACHE_HOME", home.path().join("cache"))
            .env("XDG_CONFIG_HOME", home.path().join("config"))
            .env("XDG_DATA_HOME", home.path().join("data"))
            .env("XDG_RUNTIME_DIR", home.path())
            .envs(environment.iter().copied())
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC")
            .env("NO_AT_BRIDGE", "1")
            .env_remove("WEBKIT_DISABLE_COMPOSITING_MODE")
            .env_remove("WEBKIT_DISABLE_DMABUF_RENDERER")
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // A group of its own, so that closing takes the display and the driver along.
            .process_group(0);
        if renderer == Renderer::WithPictures {
            // With this or the other one in force WebKit 2.50 never answers a request for a screenshot. Set to 0 it is not in force, and
            // the program does not set it, either.
            command.env("WEBKIT_DISABLE_DMABUF_RENDERER", "0");
        }
        let driver = command
            .spawn()
            .expect("dbus-run-session starts (package dbus-x11)");
        let url = format!("http://127.0.0.1:{port}");
        let capabilities = json!({ "tauri:options": { "application": application(), "args": arguments } });
        let client = connect(&url, &capabilities).await;
        Self {
            client,
            driver,
            home,
            name: name.to_owned(),
            pictures: 0,
            _only: only,
        }
    }

    /// The folder that stands for the user's home.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Waits for the first element with this test id.
    pub async fn find(&self, id: &str) -> Element {
        let selector = selector(id);
        let found = self
            .client
            .wait()
            .at_most(PATIENCE)
            .for_element(Locator::Css(&selector))
            .await;
        found.unwrap_or_else(|e| panic!("no element {id:?}: {e}"))
    }

    /// All elements with this test id, now.
    pub async fn all(&self, id: &str) -> Vec<Element> {
        self.client.find_all(Locator::Css(&selector(id))).await.unwrap()
    }

    /// Clicks the first element with this test id.
    pub async fn click(&self, id: &str) {
        self.click_nth(id, 0).await;
    }

    /// Clicks one of the elements with this test id, as soon as it can be used, stands still and nothing lies over it: what a late answer
    /// moves or replaces meanwhile is missed.
    pub async fn click_nth(&self, id: &str, nth: usize) {
        let started = Instant::now();
        loop {
            let stands = self.script(STANDS, vec![json!(selector(id)), json!(nth)]).await;
            let late = started.elapsed() >= PATIENCE;
            // Of one that never stands free the driver says what is wrong with it.
            if stands == json!(true) || late {
                let all = self.all(id).await;
                let clicked = match all.get(nth) {
                    Some(element) if late && !element.is_enabled().await.unwrap_or(false) => {
                        panic!("{id:?} can never be used")
                    }
                    Some(element) => element.click().await,
                    None if late => panic!("no element {id:?} to click"),
                    None => continue,
                };
                match clicked {
                    Ok(()) => return,
                    // It was replaced between the look and the click, which hit nothing.
                    Err(e) if e.is_stale_element_reference() && !late => {}
                    Err(e) => panic!("{id:?} cannot be clicked: {e}"),
                }
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// The text of the first element with this test id; empty while there is none.
    pub async fn text(&self, id: &str) -> String {
        let script =
            "const e = document.querySelector(arguments[0]); return e ? (e.innerText ?? '').trim() : '';";
        self.script(script, vec![json!(selector(id))])
            .await
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// The texts of all elements with this test id.
    pub async fn texts(&self, id: &str) -> Vec<String> {
        let script = "return [...document.querySelectorAll(arguments[0])].map((e) => e.innerText.trim());";
        let list = self.script(script, vec![json!(selector(id))]).await;
        list.as_array()
            .unwrap()
            .iter()
            .map(|v| v.as_str().unwrap().to_owned())
            .collect()
    }

    /// Waits until a text fits; returns it. `what` is said when it never does.
    pub async fn wait_text(&self, id: &str, what: &str, fits: impl Fn(&str) -> bool) -> String {
        let started = Instant::now();
        loop {
            let text = self.text(id).await;
            if fits(&text) {
                return text;
            }
            assert!(
                started.elapsed() < PATIENCE,
                "{id:?} never became {what}; it says {text:?}"
            );
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// Waits until a script's answer is `true`.
    pub async fn wait_script(&self, script: &str, what: &str) {
        let started = Instant::now();
        while self.script(script, vec![]).await != json!(true) {
            assert!(started.elapsed() < PATIENCE, "it never came about that {what}");
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// Waits until a script's answer fits; returns it. `what` is said when it never does.
    pub async fn wait_answer(&self, script: &str, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let started = Instant::now();
        loop {
            let answer = self.script(script, vec![]).await;
            if fits(&answer) {
                return answer;
            }
            assert!(
                started.elapsed() < PATIENCE,
                "it never came about that {what}; it is {answer}"
            );
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// Runs a script in the page.
    pub async fn script(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.client
            .execute(script, arguments)
            .await
            .unwrap_or_else(|e| panic!("{script:?} failed: {e}"))
    }

    /// Presses keys, as a person would with nothing focused but the page.
    pub async fn keys(&self, keys: &str) {
        let body = self.client.find(Locator::Css("body")).await.unwrap();
        body.send_keys(keys).await.unwrap();
    }

    /// Presses keys where the focus is.
    pub async fn keys_to_focus(&self, keys: &str) {
        // Keys of a driver go to an element; those of a keyboard to what has the focus, which may be moved by them.
        let mut actions = fantoccini::actions::KeyActions::new("keyboard".to_owned());
        let modifiers = ['\u{E008}', '\u{E009}', '\u{E00A}'];
        let mut held = Vec::new();
        for value in keys.chars() {
            if value == '\u{E000}' {
                for value in held.drain(..) {
                    actions = actions.then(fantoccini::actions::KeyAction::Up { value });
                }
                continue;
            }
            actions = actions.then(fantoccini::actions::KeyAction::Down { value });
            if modifiers.contains(&value) {
                held.push(value);
            } else {
                actions = actions.then(fantoccini::actions::KeyAction::Up { value });
            }
        }
        for value in held {
            actions = actions.then(fantoccini::actions::KeyAction::Up { value });
        }
        self.client.perform_actions(actions).await.unwrap();
    }

    /// Saves what the window shows below `target/screenshots`, as evidence and for a person to look at.
    pub async fn picture(&mut self, what: &str) {
        self.pictures += 1;
        let folder = root().join("target/screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        // What was asked for by now is painted two frames later; the fonts come in their own time. An asynchronous script would wait for
        // that by itself, but WebKit's driver now and then loses the answer of one.
        let asked = "window.painted = false; document.fonts.ready.then(() => requestAnimationFrame(() => \
                     requestAnimationFrame(() => setTimeout(() => { window.painted = true; }, 60))));";
        self.script(asked, vec![]).await;
        self.wait_script("return window.painted === true", "what is shown is painted")
            .await;
        let png = tokio::time::timeout(PATIENCE, self.client.screenshot())
            .await
            .expect("a picture in time")
            .unwrap();
        assert!(png.starts_with(b"\x89PNG"), "the picture is a PNG");
        let file = format!("{}-{:02}-{what}.png", self.name, self.pictures);
        std::fs::write(folder.join(file), png).unwrap();
    }

    /// The process of the program under test.
    fn program(&self) -> String {
        self.process().expect("the program runs")
    }

    fn process(&self) -> Option<String> {
        let home = format!("HOME={}", self.home().display());
        let is_it = |id: &String| {
            let process = Path::new("/proc").join(id);
            std::fs::read_link(process.join("exe"))
                .is_ok_and(|exe| application().canonicalize().is_ok_and(|a| a == exe))
                && variables(&process).any(|v| v == home)
        };
        let ids = std::fs::read_dir("/proc").unwrap();
        ids.filter_map(|f| f.ok()?.file_name().into_string().ok())
            .find(is_it)
    }

    /// What the program has in memory, and what its web view's processes have, in MB (resident, shared pages counted in each).
    pub fn resident_megabytes(&self) -> (f64, f64) {
        let home = format!("HOME={}", self.home().display());
        let program = self.program();
        let (mut own, mut web) = (0.0, 0.0);
        for entry in std::fs::read_dir("/proc").unwrap().flatten() {
            let process = entry.path();
            let Ok(status) = std::fs::read_to_string(process.join("status")) else {
                continue;
            };
            let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:"));
            let kilobytes = line.and_then(|l| l.split_whitespace().next()?.parse::<f64>().ok());
            let megabytes = kilobytes.unwrap_or(0.0) * 1024.0 / 1e6;
            if entry.file_name().to_str() == Some(&program) {
                own = megabytes;
            } else if status.starts_with("Name:\tWebKit") && variables(&process).any(|v| v == home) {
                web += megabytes;
            }
        }
        (own, web)
    }

    /// Kills the program, as a crash would end it, and opens it again in the same home with these arguments.
    pub async fn killed(self, arguments: &[&str]) -> Self {
        let killed = Command::new("kill").args(["-KILL", &self.program()]).status();
        assert!(
            killed.is_ok_and(|status| status.success()),
            "the program is killed"
        );
        self.again_with(arguments).await
    }

    /// Starts the program once more on the same desktop, in this folder; says how it ended.
    pub async fn start_once_more(&self, folder: &Path, arguments: &[&str]) -> std::process::ExitStatus {
        let desktop = variables(&Path::new("/proc").join(self.program()))
            .filter_map(|v| v.split_once('=').map(|(a, b)| (a.to_owned(), b.to_owned())));
        let mut again = Command::new(application())
            .args(arguments)
            .current_dir(folder)
            .env_clear()
            .envs(desktop)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let started = Instant::now();
        loop {
            if let Some(status) = again.try_wait().unwrap() {
                return status;
            }
            if started.elapsed() > PATIENCE {
                let _ = again.kill();
                panic!("the second start did not end");
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// Closes the window as its cross does; the driver ends a program otherwise.
    pub fn close_as_user(&self) {
        self.hand_on_cross().close();
    }

    /// What closes the window as its cross does, at once when it is told to.
    pub fn hand_on_cross(&self) -> HandOnCross {
        let id = self.program();
        let display = variables(&Path::new("/proc").join(id))
            .filter_map(|v| v.split_once('=').map(|(a, b)| (a.to_owned(), b.to_owned())))
            .filter(|(name, _)| name == "DISPLAY" || name == "XAUTHORITY");
        let mut hand = Command::new("python3")
            .arg(root().join("tests/window/close.py"))
            .envs(display)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(hand.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        assert_eq!(line, "ready\n", "it finds the window");
        HandOnCross(hand)
    }

    /// Waits until the program has ended by itself.
    pub async fn ended(&self) {
        let started = Instant::now();
        while self.process().is_some() {
            assert!(started.elapsed() < PATIENCE, "the program does not end");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Closes the window and its driver.
    pub async fn close(self) {
        // Dropping ends the driver whatever this says.
        let _ = self.client.clone().close().await;
    }
}

/// A hand on the cross of a window.
pub struct HandOnCross(Child);

impl HandOnCross {
    /// Closes the window.
    pub fn close(mut self) {
        self.0.stdin.take().unwrap().write_all(b"now\n").unwrap();
        assert!(self.0.wait().unwrap().success(), "the window is asked to close");
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        let group = format!("-{}", self.driver.id());
        let _ = Command::new("kill").args(["-TERM", "--", &group]).status();
        let _ = self.driver.wait();
    }
}

/// A process's environment.
fn variables(process: &Path) -> impl Iterator<Item = String> + use<> {
    let text = std::fs::read(process.join("environ")).unwrap_or_default();
    let variables = text
        .split(|b| *b == 0)
        .map(|v| String::from_utf8_lossy(v).into_owned());
    variables.collect::<Vec<_>>().into_iter()
}

fn selector(id: &str) -> String {
    format!("[data-testid=\"{id}\"]")
}

async fn connect(url: &str, capabilities: &Value) -> Client {
    let Value::Object(capabilities) = capabilities.clone() else {
        unreachable!("made above as an object")
    };
    let started = Instant::now();
    loop {
        let session = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities.clone())
            .connect(url)
            .await;
        match session {
            Ok(client) => return client,
            Err(e) => {
                assert!(started.elapsed() < PATIENCE, "the driver gave no window: {e}");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}
