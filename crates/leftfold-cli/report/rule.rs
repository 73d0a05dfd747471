//! A rule's section.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use leftfold_event::Point;
use leftfold_log::{Axis as LogAxis, LaneBy};
use leftfold_report::{HeatBy, Panel, Section, Tone};
use leftfold_session::StatedCheck;
use leftfold_session::compare::{Rule, RuleTold, Ruled};

use super::comparison::{capital, counted_by, left_out};
use super::{Made, Making, fact, finding_row, heat, side_facts};
use crate::args::SourceArgs;
use crate::check;
use crate::failure::{Failure, Outcome};
use crate::finding::time;
use crate::front::Front;
use crate::input::{self, Opened};
use crate::style::{clean, counted, grouped};
use crate::topic;

impl Making {
    pub(super) fn rule(
        &mut self,
        front: &mut Front,
        stated: &StatedCheck,
        rule: &Arc<Rule>,
        (fallback, at): (Option<&Path>, Option<&Point>),
    ) -> Outcome<Made> {
        let source = rule
            .source
            .as_ref()
            .map(PathBuf::from)
            .or_else(|| fallback.map(Path::to_owned));
        let source =
            source.ok_or_else(|| Failure::new("usage", "it names no source: say which one with --source"))?;
        let args = SourceArgs {
            source: topic::resolved(front, &source)?,
            store: None,
            table: None,
        };
        let session = input::session(front);
        let opened = input::open_in(front, &session, &args)?;
        self.sources.push(opened.source.path.clone());
        let moment = check::moment_in(&opened, at);
        let (ruled, told) = check::ruled(front, rule, &opened, moment)?;
        let name = opened.source.name();
        let (tone, verdict) = in_words(&ruled, &told);
        let log = &opened.snapshot.log;
        let mut facts = vec![
            fact("events", grouped(log.events().into())),
            fact("streams", grouped(log.names(LaneBy::Stream).len() as u64)),
        ];
        if let Some((first, last)) = log.all().extent(LogAxis::Time) {
            facts.extend([fact("first event", time(first)), fact("last event", time(last))]);
        }
        let places = [check::place(&source), String::new()];
        let mut how = vec![
            fact("rule", check::about(stated, &places)),
            fact("events looked at", grouped(ruled.events)),
            fact("could be judged", grouped(ruled.judged)),
        ];
        if let Some(why) = &ruled.first_failure {
            how.push(fact(
                "could not be judged",
                format!("{}: {why}", counted(ruled.failed, "event")),
            ));
        }
        if let Some(unread) = ruled.unread_in_words() {
            how.push(fact("could not be read", unread));
        }
        if let Some(untimed) = ruled.untimed_in_words() {
            how.push(fact("without a time", untimed));
        }
        let shown = &ruled.shown[..ruled.shown.len().min(self.count)];
        let all = ruled.violations + ruled.pending;
        let section = Section {
            name: clean(&rule.name).into_owned(),
            kind: "rule",
            verdict: capital(&verdict),
            tone,
            known: match (moment, log.all().extent(LogAxis::Time)) {
                (Some(at), _) => format!("As known at {}: what came later had not come.", time(at)),
                (None, Some((_, last))) => format!("As known at {}, the last event's time.", time(last)),
                (None, None) => String::new(),
            },
            sides: vec![side_facts(
                "",
                &name,
                &opened.source.path,
                &opened.store.title,
                facts,
            )],
            counts: counted_by(ruled.shown.iter().map(|s| (s.category, s.status))),
            panels: heat_map(&ruled, &opened).into_iter().collect(),
            findings: shown
                .iter()
                .zip(0..)
                .map(|(s, n)| finding_row(n, s, [&name; 2], ["event", "what followed"]))
                .collect(),
            findings_note: left_out((all as usize).saturating_sub(shown.len()), "finding"),
            how,
            ..Section::default()
        };
        Ok(Made::checked(section, ruled.violations > 0))
    }
}

fn in_words(ruled: &Ruled, told: &RuleTold) -> (Tone, String) {
    let judged = counted(ruled.judged, "event");
    match (ruled.violations, ruled.pending) {
        (0, 0) if ruled.judged == 0 => {
            let what = told.idle.unwrap_or("no event it could be judged on");
            (Tone::Good, format!("it holds: there is {what}"))
        }
        (0, 0) => (Tone::Good, format!("it holds for {judged}")),
        (0, n) => (
            Tone::Notice,
            format!("nothing violates it so far; {} may still", counted(n, "event")),
        ),
        (n, _) => (
            Tone::Bad,
            format!(
                "violated: {} in {}",
                counted(n, "finding"),
                counted(ruled.streams, "stream")
            ),
        ),
    }
}

/// Violations by stream and time.
fn heat_map(ruled: &Ruled, opened: &Opened) -> Option<Panel> {
    let times = opened.snapshot.log.all().extent(LogAxis::Time)?;
    let shown = ruled.shown.iter();
    let began = shown.filter_map(|s| Some((s.stream.as_str(), s.since?, s.status)));
    heat::map(began, times, HeatBy::Stream)
}
