//! Comparisons and rules of a form, saved in the project file.
#![allow(
    missing_docs,
    reason = "the commands are documented in the contract, one table for all"
)]
#![allow(
    clippy::needless_pass_by_value,
    reason = "arguments arrive owned, as the shell deserialised them"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::options::mirror_options;
use super::rule::Rule;
use crate::Session;
use crate::checks::{Check, Mode, NamedComparison, save_comparison, save_rule, stated_text};
use crate::contract::{PlanCheckArgs, SaveCheckArgs};
use crate::dto::{CheckPlanDto, CheckToSaveDto};
use crate::error::SessionError;
use crate::project::{FILE_NAME, Project};

type Answer<T> = Result<T, SessionError>;

/// What is to be saved, and where.
struct Plan {
    folder: PathBuf,
    check: Check,
    replaces: bool,
}

/// A path as a project file of a folder names it: relative to the folder where it lies below it.
fn named_in(folder: &Path, path: &Path) -> PathBuf {
    let whole = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let (folder, path) = (whole(folder), whole(path));
    path.strip_prefix(&folder).map_or(path.clone(), Path::to_owned)
}

fn plan(session: &Session, source: u32, asked: &CheckToSaveDto) -> Answer<Plan> {
    let source = session.source(source)?;
    let name = asked.name.trim();
    if name.is_empty() {
        return Err(SessionError::new("check-name", "give it a name"));
    }
    if session.is_received(&source.path) {
        let why = "what was received is no file that a project file could name: capture the topic, or save the text as a file, and open that";
        return Err(SessionError::new("source-received", why));
    }
    let project = session.project_of(&source.path)?;
    let folder = match &project {
        Some(project) => project.folder.clone(),
        None => source.path.parent().unwrap_or(Path::new(".")).to_owned(),
    };
    let here = named_in(&folder, &source.path);
    let check = match (&asked.options, &asked.rule) {
        (Some(options), None) => Check::Comparison(Arc::new(NamedComparison {
            name: name.to_owned(),
            left: here,
            right: named_in(&folder, Path::new(&asked.right)),
            options: mirror_options(options)?,
            mode: match (&options.correlated, &options.projection) {
                (Some(by), _) => Mode::Correlated(Arc::new(by.read()?)),
                (None, Some(by)) => Mode::Projection(Arc::new(by.read()?)),
                (None, None) => Mode::Mirror,
            },
        })),
        (None, Some(rule)) => Check::Rule(Arc::new(Rule {
            name: name.to_owned(),
            source: Some(here.to_string_lossy().into_owned()),
            ..rule.read()?
        })),
        _ => {
            return Err(SessionError::new("nothing-to-compare", "nothing is to be saved"));
        }
    };
    let is_rule = matches!(check, Check::Rule(_));
    let called = |project: &Project, rule: bool| {
        let mut checks = project.file.checks.iter();
        checks.any(|c| c.name == name && c.is_rule == rule)
    };
    if project.as_ref().is_some_and(|p| called(p, !is_rule)) {
        let what = if is_rule { "a comparison" } else { "a rule" };
        let why = format!("{what} is called {name:?} already");
        return Err(SessionError::new("check-name", why));
    }
    let replaces = project.as_ref().is_some_and(|p| called(p, is_rule));
    Ok(Plan {
        folder,
        check,
        replaces,
    })
}

pub fn plan_check(session: &Session, args: PlanCheckArgs) -> Answer<CheckPlanDto> {
    let Plan {
        folder,
        check,
        replaces,
    } = plan(session, args.source, &args.check)?;
    Ok(CheckPlanDto {
        path: folder.join(FILE_NAME).display().to_string(),
        text: match &check {
            Check::Comparison(comparison) => stated_text(Ok(comparison)),
            Check::Rule(rule) => stated_text(Err(rule)),
        },
        replaces,
    })
}

pub fn save_check(session: &Session, args: SaveCheckArgs) -> Answer<String> {
    let Plan { folder, check, .. } = plan(session, args.source, &args.check)?;
    let path = match &check {
        Check::Comparison(comparison) => save_comparison(&folder, comparison)?,
        Check::Rule(rule) => save_rule(&folder, rule)?,
    };
    Ok(path.display().to_string())
}
