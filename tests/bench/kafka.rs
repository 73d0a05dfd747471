//! Capturing a topic, against kcat reading the same one to nowhere and as JSON to a file.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use leftfold_event::Cancel;
use leftfold_kafka::{Request, Settings, capture};
use leftfold_log::{Axis, LaneBy};
use leftfold_session::contract::{KafkaConnectArgs, StartCaptureArgs};
use leftfold_session::dto::{KafkaReadingDto, KafkaSettingsDto, Secret};
use leftfold_session::{Session, commands};
use serde_json::{Value, json};

use crate::Outcome;
use crate::files::Files;
use crate::memory::status;
use crate::stats::{brief, median};
use crate::table::{Row, Table};

/// Records of 233 bytes, unless LEFTFOLD_BENCH_RECORDS says otherwise; of 1 KB a quarter as many.
const RECORDS: u64 = 2_000_000;

/// A broker of its own, ended with this.
pub(crate) struct Rig {
    folder: PathBuf,
    scripts: PathBuf,
    brokers: String,
    classpath: String,
}

impl Rig {
    pub(crate) fn start(files: &Files) -> Outcome<Self> {
        let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../kafka");
        let folder = files.folder().join("kafka-rig");
        let started = Command::new(scripts.join("rig.sh"))
            .arg("start")
            .arg(&folder)
            .stdout(Stdio::null())
            .status()?;
        if !started.success() {
            return Err("the Kafka broker does not start: tests/kafka/rig.sh start".into());
        }
        let facts: Value = serde_json::from_str(&fs::read_to_string(folder.join("rig.json"))?)?;
        let fact = |name: &str| facts[name].as_str().unwrap_or_default().to_owned();
        Ok(Self {
            brokers: fact("plaintext"),
            classpath: fact("classpath"),
            folder,
            scripts,
        })
    }

    fn tool(&self, class: &str, args: &[&str]) -> Outcome {
        let done = Command::new("java")
            .args(["-cp", &self.classpath, class])
            .args(args)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()?;
        if done.success() {
            Ok(())
        } else {
            Err(format!("{class} fails").into())
        }
    }

    pub(crate) fn brokers(&self) -> &str {
        &self.brokers
    }

    /// Makes a topic of one partition, empty.
    pub(crate) fn make_topic(&self, name: &str) -> Outcome {
        let server = ["--bootstrap-server", &self.brokers];
        let topics = "org.apache.kafka.tools.TopicCommand";
        self.tool(
            topics,
            &[&server[..], &["--delete", "--if-exists", "--topic", name]].concat(),
        )?;
        self.tool(
            topics,
            &[
                &server[..],
                &["--create", "--topic", name, "--config", "retention.ms=-1"],
            ]
            .concat(),
        )
    }

    /// What writes so many records of so many bytes to a topic: as fast as it can, or so many a second.
    pub(crate) fn producer(&self, topic: &str, records: u64, bytes: u32, rate: Option<u32>) -> Command {
        let mut command = Command::new("java");
        command
            .args([
                "-cp",
                &self.classpath,
                "org.apache.kafka.tools.ProducerPerformance",
            ])
            .args(["--topic", topic])
            .args(["--num-records", &records.to_string()])
            .args(["--record-size", &bytes.to_string()])
            .args([
                "--throughput",
                &rate.map_or_else(|| "-1".to_owned(), |r| r.to_string()),
            ])
            .arg("--producer-props")
            .arg(format!("bootstrap.servers={}", self.brokers))
            .arg("linger.ms=20")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    /// Writes them.
    pub(crate) fn produce(&self, topic: &str, records: u64, bytes: u32, rate: Option<u32>) -> Outcome {
        if self.producer(topic, records, bytes, rate).status()?.success() {
            Ok(())
        } else {
            Err("the producer fails".into())
        }
    }

    /// A topic of one partition with so many records of so many bytes, made once.
    fn topic(&self, records: u64, bytes: u32) -> Outcome<String> {
        let name = format!("bench-{records}-{bytes}");
        let made = self.folder.join(format!("{name}.made"));
        if !made.exists() {
            self.make_topic(&name)?;
            self.produce(&name, records, bytes, None)?;
            File::create(made)?;
        }
        Ok(name)
    }

    /// Seconds that kcat takes to read a topic.
    fn kcat(&self, topic: &str, json: Option<&Path>) -> Outcome<f64> {
        let mut command = Command::new("kcat");
        command.args([
            "-C",
            "-e",
            "-q",
            "-o",
            "beginning",
            "-b",
            &self.brokers,
            "-t",
            topic,
        ]);
        match json {
            Some(path) => command.arg("-J").stdout(File::create(path)?),
            None => command.stdout(Stdio::null()),
        };
        let since = Instant::now();
        if !command.stderr(Stdio::null()).status()?.success() {
            return Err("kcat cannot read the topic".into());
        }
        Ok(since.elapsed().as_secs_f64())
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        // It is started anew the next time, whatever became of it.
        drop(
            Command::new(self.scripts.join("rig.sh"))
                .arg("stop")
                .arg(&self.folder)
                .output(),
        );
    }
}

/// In the child: captures the topic to the file and says how long that took and what memory.
pub(crate) fn captured(brokers: &str, topic: &str, out: &Path) -> Outcome {
    let mut settings = Settings::new();
    settings.set("bootstrap.servers", brokers);
    let request = Request {
        settings,
        topics: vec![topic.to_owned()],
        tool: "leftfold-bench".to_owned(),
        ..Request::default()
    };
    let since = Instant::now();
    let captured = capture(&request, out, &Cancel::new(), &mut |_| ())?;
    let numbers = json!({
        "seconds": since.elapsed().as_secs_f64(), "records": captured.durable.records, "peak": status("VmHWM"),
    });
    println!("{numbers}");
    Ok(())
}

/// Seconds from the wish to capture a topic until its first events are drawn: connection, capture, index, density, as the window asks for
/// them.
fn first_picture(brokers: &str, topic: &str, out: &Path) -> Outcome<f64> {
    let session = Session::new(None, Arc::new(|_| ()));
    let since = Instant::now();
    let settings = KafkaSettingsDto {
        profile: None,
        file: String::new(),
        text: Secret(String::new()),
        properties: Vec::new(),
        servers: brokers.to_owned(),
        registry: String::new(),
        keyring: Vec::new(),
    };
    let connection = commands::kafka_connect(&session, KafkaConnectArgs { settings })?;
    let wish = StartCaptureArgs {
        connection: connection.id,
        topics: vec![topic.to_owned()],
        partitions: Vec::new(),
        range: vec!["beginning".to_owned()],
        follow: false,
        limit: None,
        path: out.display().to_string(),
        reading: KafkaReadingDto::default(),
    };
    commands::start_capture(&session, wish)?;
    let source = loop {
        if since.elapsed() > PATIENCE {
            return Err("the capture cannot be opened".into());
        }
        match session.open(out, 0, None) {
            Ok(opened) => break session.source(opened.id)?,
            // It is being made.
            Err(_) => thread::yield_now(),
        }
    };
    loop {
        let log = Arc::clone(&source.snapshot().log);
        if log.events() > 0 {
            let (from, to) = log.extent(Axis::Time).ok_or("no extent")?;
            log.density(Axis::Time, LaneBy::Category, &[0], from, to, 1_400);
            break;
        }
        if since.elapsed() > PATIENCE {
            return Err("no event of the capture is seen".into());
        }
        thread::sleep(Duration::from_millis(1));
    }
    let took = since.elapsed().as_secs_f64();
    session.shut_down();
    Ok(took)
}

/// How long a picture is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// The rows about Kafka.
pub(crate) fn measure(files: &Files, runs: u32, table: &mut Table) -> Outcome {
    let records = std::env::var("LEFTFOLD_BENCH_RECORDS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(RECORDS);
    let rig = Rig::start(files)?;
    let (out, lines) = (
        files.folder().join("bench.leftfold"),
        files.folder().join("bench.ndjson"),
    );
    for (records, bytes) in [(records, 233), (records / 4, 1024)] {
        let topic = rig.topic(records, bytes)?;
        let (mut ours, mut nowhere, mut json, mut peak) = (Vec::new(), Vec::new(), Vec::new(), 0.0_f64);
        // Once beforehand: what the broker reads first comes from the disk.
        rig.kcat(&topic, None)?;
        for _ in 0..runs {
            drop(fs::remove_file(&out));
            let child = Command::new(std::env::current_exe()?)
                .args(["captured", &rig.brokers, &topic])
                .arg(&out)
                .output()?;
            let said: Value = serde_json::from_slice(&child.stdout)
                .map_err(|e| format!("{e}: {}", String::from_utf8_lossy(&child.stderr)))?;
            if said["records"].as_u64() != Some(records) {
                return Err(format!("{} of {records} records were captured", said["records"]).into());
            }
            ours.push(said["seconds"].as_f64().unwrap_or(f64::NAN));
            peak = peak.max(said["peak"].as_f64().unwrap_or(f64::NAN));
            nowhere.push(rig.kcat(&topic, None)?);
            json.push(rig.kcat(&topic, Some(&lines))?);
        }
        let mut pictures = Vec::new();
        for _ in 0..runs {
            drop(fs::remove_file(&out));
            pictures.push(first_picture(&rig.brokers, &topic, &out)?);
        }
        table.add(Row {
            what: format!(
                "the same topic of {bytes} bytes a record: from the wish to capture it to the first picture"
            ),
            value: format!("{} s", brief(median(&pictures))),
            target: "1 s".into(),
            met: Some(median(&pictures) <= 1.0),
            runs: format!("{runs}, median"),
            ..Row::default()
        });
        drop((fs::remove_file(&out), fs::remove_file(&lines)));
        let rate = |seconds: f64| format!("{}k records/s", brief(records as f64 / seconds / 1e3));
        let (ours, nowhere, json) = (median(&ours), median(&nowhere), median(&json));
        for (peer, seconds, target) in [("kcat -J > file", json, 3.0), ("kcat > /dev/null", nowhere, 0.25)] {
            let ratio = seconds / ours;
            table.add(Row {
                what: format!("Kafka to a durable capture, {records} records of {bytes} bytes"),
                value: rate(ours),
                peer: format!("{peer}: {}", rate(seconds)),
                ratio: format!("{}×", brief(ratio)),
                target: if bytes == 233 {
                    format!("≥ {target}×")
                } else {
                    String::new()
                },
                met: (bytes == 233).then_some(ratio >= target),
                runs: runs.to_string(),
            });
        }
        table.add(Row {
            what: format!("memory of that capture, {bytes} bytes"),
            value: format!("peak {} MB", brief(peak)),
            target: "≤ 512 MB".into(),
            met: Some(peak <= 512.0),
            runs: runs.to_string(),
            ..Row::default()
        });
    }
    Ok(())
}
