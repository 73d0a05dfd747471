//! `check --follow`: rules and comparisons on histories that grow; each finding is said once, when it is certain.

mod comparing;
mod rules;
mod said;
mod waiting;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use leftfold_session::compare::{Rule, RuleKind, Shown};
use leftfold_session::project::Project;
use leftfold_session::{Check, StatedCheck};

use self::comparing::Comparing;
use self::rules::Watched;
use self::waiting::is_to_come;
use super::text::{as_text, line};
use super::{CheckArgs, Done, Format, about, lines, place, results};
use crate::compare::DIFFERS;
use crate::failure::{Failure, Outcome};
use crate::front::Front;
use crate::input;
use crate::style::{Tone, clean};
use crate::topic::{self, Followed};

/// How often it is looked whether a source grew, and how often two are compared anew, at most.
const LOOK: Duration = Duration::from_millis(100);
const COMPARE: Duration = Duration::from_secs(1);

/// How long nothing is looked at, so that Ctrl-C is heard in time.
const NAP: Duration = Duration::from_millis(10);

pub(super) fn run(
    front: &mut Front,
    args: &CheckArgs,
    project: &Project,
    (chosen, source): (&[&StatedCheck], Option<&Path>),
) -> Outcome<ExitCode> {
    if !matches!(args.format(), Format::Text | Format::Ndjson) || args.output.is_some() {
        let why = "--follow goes on until it is stopped, and says what it finds as text or as lines (--json) on standard output";
        return Err(Failure::new("usage", why));
    }
    let interrupt = front.interrupt.clone();
    let mut following = Following::default();
    let ended = interrupt.careful(|| {
        following.begin(front, project, chosen, source)?;
        following.go_on(front, args)
    });
    for followed in &mut following.topics {
        followed.stop();
    }
    match ended {
        Ok(()) => {}
        Err(Failure::Cancelled) if following.is_known() => {}
        Err(failure) => return Err(failure),
    }
    following.end(front, args, chosen)
}

/// All that is followed.
#[derive(Default)]
struct Following {
    topics: Vec<Followed>,
    watched: Vec<Watched>,
    compared: Vec<Comparing>,
}

impl Following {
    /// Opens what is to be followed.
    fn begin(
        &mut self,
        front: &mut Front,
        project: &Project,
        chosen: &[&StatedCheck],
        source: Option<&Path>,
    ) -> Outcome {
        for (number, stated) in chosen.iter().enumerate() {
            match &stated.check {
                Ok(Check::Rule(rule)) => {
                    let own = rule.source.as_ref().map(PathBuf::from);
                    let of = own.or_else(|| source.map(Path::to_owned)).ok_or_else(|| {
                        let why =
                            "it names no source: say which one with --source, or write source = \"…\" there";
                        Failure::new("usage", format!("{}: {why}", stated.name))
                    })?;
                    self.add_rule(front, number, rule, &of)?;
                }
                Ok(Check::Comparison(comparison)) => {
                    let paths = [&comparison.left, &comparison.right];
                    let mut resolved = Vec::new();
                    for path in paths {
                        resolved.push(self.followed(front, path)?.0);
                    }
                    let [left, right] = [resolved.swap_remove(0), resolved.swap_remove(0)];
                    self.compared
                        .push(Comparing::new(number, comparison, [left, right]));
                }
                // What cannot be used is told before one waits for it.
                Err(why) => return Err(project.wrong(why).into()),
            }
        }
        Ok(())
    }

    /// The file to look at for a source, and how many events it has to hold before anything is overdue. A topic is captured into a temporary file
    /// that grows with it.
    fn followed(&mut self, front: &mut Front, source: &Path) -> Outcome<(PathBuf, u64)> {
        if !topic::is_topic(source) {
            let named = match input::find(source) {
                Ok(named) => named,
                Err(failure) if is_to_come(source, &failure, &input::session(front)) => {
                    return Ok((source.to_owned(), 0));
                }
                Err(failure) => return Err(failure),
            };
            if named.is_stream() {
                let why = format!(
                    "{} can be read only once, so it cannot be followed: name a file or a topic",
                    source.display()
                );
                return Err(Failure::new("usage", why));
            }
            return Ok((source.to_owned(), 0));
        }
        let at = match self.topics.iter().position(|t| t.source == source) {
            Some(at) => at,
            None => {
                self.topics.push(topic::followed(front, source)?);
                self.topics.len() - 1
            }
        };
        Ok((self.topics[at].path.clone(), self.topics[at].records))
    }

    fn add_rule(&mut self, front: &mut Front, check: usize, rule: &Arc<Rule>, source: &Path) -> Outcome {
        let at = match self.watched.iter().position(|w| w.source == source) {
            Some(at) => at,
            None => {
                let followed = self.followed(front, source)?;
                let mut watched = Watched::new(source.to_owned(), followed);
                watched.open(front)?;
                self.watched.push(watched);
                self.watched.len() - 1
            }
        };
        self.watched[at].add(check, rule)
    }

    /// Looks at everything in turn until it is stopped.
    fn go_on(&mut self, front: &mut Front, args: &CheckArgs) -> Outcome {
        let cancel = front.interrupt.cancel.clone();
        while !cancel.is_cancelled() {
            for followed in &mut self.topics {
                followed.hear(front)?;
            }
            for watched in &mut self.watched {
                if watched.next <= Instant::now() {
                    watched.look(front, args, &cancel)?;
                }
            }
            for comparing in &mut self.compared {
                if comparing.next <= Instant::now() {
                    comparing.look(front, args)?;
                }
            }
            thread::sleep(NAP);
        }
        Ok(())
    }

    /// Whether something can be said of everything, or something was found.
    fn is_known(&self) -> bool {
        self.watched.iter().all(|w| w.read) && self.compared.iter().all(|c| c.last.is_some())
            || self
                .watched
                .iter()
                .flat_map(|w| &w.rules)
                .any(|r| r.said.count > 0)
            || self.compared.iter().any(|c| c.said.count > 0)
    }

    /// Says what all came to.
    fn end(mut self, front: &mut Front, args: &CheckArgs, chosen: &[&StatedCheck]) -> Outcome<ExitCode> {
        for watched in &self.watched {
            watched.end(front);
        }
        let mut all = Vec::new();
        for (number, stated) in chosen.iter().enumerate() {
            let of_rule = self.watched.iter().find_map(|watched| {
                let on = watched.rules.iter().find(|on| on.check == number)?;
                Some((watched, on))
            });
            let (places, judged) = match of_rule {
                Some((watched, on)) => ([place(&watched.source), String::new()], watched.judged(on)),
                None => {
                    let comparing = self.compared.iter_mut().find(|c| c.check == number);
                    let Some(comparing) = comparing else { continue };
                    let places = [&comparing.stated.left, &comparing.stated.right].map(|p| place(p));
                    (places, comparing.judged(front))
                }
            };
            all.push(Done {
                name: stated.name.clone(),
                is_rule: stated.is_rule,
                about: about(stated, &places),
                places,
                judged,
            });
        }
        let mut report = Vec::new();
        if args.is_json() {
            for done in &all {
                report.extend(lines::of_check(done)?);
            }
            lines::of_all(&all).print(&mut report)?;
        } else {
            writeln!(report)?;
            as_text(front, &all, true, &mut report)?;
        }
        front.out.write_all(&report)?;
        front.out.flush()?;
        let mut errors = false;
        for done in &all {
            if let Some((code, message)) = done.error() {
                errors = true;
                Failure::new(code.to_owned(), format!("{}: {message}", done.name)).tell(args.is_json());
            }
        }
        Ok(match results(&all, "violated") {
            _ if errors => ExitCode::from(2),
            0 => ExitCode::SUCCESS,
            _ => ExitCode::from(DIFFERS),
        })
    }
}

/// Says a finding.
fn say(
    front: &mut Front,
    args: &CheckArgs,
    check: &str,
    (sides, n): ([&str; 2], u32),
    shown: &Shown,
) -> Outcome {
    if args.is_json() {
        let told = lines::of_findings(check, sides, n, std::slice::from_ref(shown))?;
        front.out.write_all(&told)?;
    } else {
        let check = front.paint.with(Tone::Title, &clean(check)).to_string();
        writeln!(front.out, "{check}: {}", line(shown))?;
    }
    Ok(front.out.flush()?)
}

/// Whether a rule waits for what follows without end.
pub(super) fn waits_without_end(rule: &Rule) -> bool {
    matches!(
        rule.kind,
        RuleKind::Expect {
            within: None,
            settled: false,
            ..
        }
    )
}
