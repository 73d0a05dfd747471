//! What would make a rule hold.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use leftfold_event::Progress;
use leftfold_event::json::Value;
use leftfold_session::compare::{History, rule_repair};
use leftfold_session::project::{FILE_NAME, Project};
use leftfold_session::{Check, Templates};

use super::told::Outline;
use super::{RepairArgs, code, is_to_output, lines, refuse_hidden, refuse_sources, target, write};
use crate::args::SourceArgs;
use crate::check;
use crate::document::{Document, number};
use crate::export::check_target;
use crate::failure::{Failure, Outcome};
use crate::front::Front;
use crate::input;
use crate::style::clean;
use crate::topic;

pub(super) fn run(
    front: &mut Front,
    args: &RepairArgs,
    name: &str,
    templates: &Templates,
) -> Outcome<ExitCode> {
    let project = Project::of_folder(Path::new("."))?.ok_or_else(|| {
        let why = format!("there is no {FILE_NAME} here, which would state the rule");
        Failure::new("project-file", why)
    })?;
    let stated = check::chosen(&project, &[name.to_owned()])?;
    let rule = match stated.first().map(|s| &s.check) {
        Some(Ok(Check::Rule(rule))) => Arc::clone(rule),
        Some(Err(why)) => return Err(project.wrong(why).into()),
        _ => {
            let why = format!("{name:?} is a comparison: leave out --rule");
            return Err(Failure::new("usage", why));
        }
    };
    let stated = rule.source.as_ref().map(PathBuf::from);
    let source = stated
        .or_else(|| args.source.clone())
        .ok_or_else(|| Failure::new("usage", "the rule names no source: say which one with --source"))?;
    if let Some(target) = target(args) {
        check_target(target, &source, args.force)?;
    }
    let resolved = topic::resolved(front, &source)?;
    let path = input::find(&resolved).map_or_else(|_| resolved.clone(), |named| named.path);
    refuse_sources(args, &[path])?;
    let session = input::session(front);
    let of = SourceArgs {
        source: resolved,
        store: None,
        table: None,
    };
    let opened = input::open_in(front, &session, &of)?;
    refuse_hidden(front)?;
    let (ruled, _) = check::ruled(front, &rule, &opened, None)?;
    let history = History {
        log: &opened.snapshot.log,
        store: &*opened.source.store,
        projections: opened.snapshot.replay.projections(),
    };
    let cancel = front.interrupt.cancel.clone();
    let work = || rule_repair(&rule, history, &opened.source.store, &ruled, templates, &cancel);
    let repair = front.watch("checking again", &[Progress::new()], work)?;
    let origin = opened.source.name();
    let before = Document::new()
        .with("violations", number(ruled.violations))
        .with("pending", number(ruled.pending))
        .with("streams", number(ruled.streams));
    let mut outline = Outline {
        title: format!(
            "What would make the rule {} hold on {}; nothing is sent",
            clean(name),
            clean(&origin)
        ),
        facts: Document::new()
            .with("rule", name)
            .with("for", origin.as_str())
            .with("sent", Value::Bool(false)),
        actions: Vec::new(),
        steps: 0,
        unrepaired: Vec::new(),
        unfit: Vec::new(),
        before: (ruled.violations + ruled.pending, before),
        after: repair.after.clone(),
    };
    outline.of_events(&repair);
    let to = || Document::new().with("source", origin.as_str());
    write(front, args, &|out, cancel| {
        lines::events_at(&repair, &to, &|_| origin.as_str(), out, cancel)
    })?;
    if args.json {
        outline.print_json(front)?;
    } else if !is_to_output(args) {
        outline.print_text(front, target(args))?;
    }
    front.out.flush()?;
    Ok(code(ruled.violations > 0))
}
