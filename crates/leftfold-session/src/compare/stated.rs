//! Comparisons and rules as a front end asks for them, and as the project file states them.
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

use leftfold_compare::{Identity, IdentityBy};
use leftfold_event::Progress;
use leftfold_log::Expression;

use super::correlated::{CorrelatedBy, CorrelatedTexts};
use super::mirror::MirrorOptions;
use super::options::mirror_options;
use super::projection::ProjectionBy;
use super::rule::{Rule, RuleKind};
use super::side::Only;
use super::task::{Asked, RightNames, RightStates, Work};
use crate::checks::{Check, Mode, NamedComparison, duration, duration_text};
use crate::contract::{CheckStartArgs, CompareStartArgs, RulesArgs, SavedComparisonsArgs};
use crate::dto::{
    CompareOptionsDto, ComparisonDto, CorrelatedOptionsDto, IdentityDto, Int, ModeDto, ProjectionOptionsDto,
    RuleDto, RulesDto, SavedComparisonDto, StatedRuleDto,
};
use crate::error::SessionError;
use crate::project::{FILE_NAME, Project};
use crate::source::OpenSource;
use crate::{Session, project};

type Answer<T> = Result<T, SessionError>;

/// Nanoseconds of a millisecond.
const MILLISECOND: i64 = 1_000_000;

/// A text that is left empty says nothing.
fn said(text: &str) -> Option<String> {
    Some(text.trim()).filter(|t| !t.is_empty()).map(str::to_owned)
}

/// A length of time that may be left empty.
fn length(key: &str, text: &str) -> Answer<Option<i64>> {
    let read = |text: String| {
        duration(&text)
            .map_err(|why| SessionError::new("point-syntax", format!("{key}: {why}")).with("key", key))
    };
    said(text).map(read).transpose()
}

impl CorrelatedOptionsDto {
    pub(super) fn read(&self) -> Answer<CorrelatedBy> {
        let texts = CorrelatedTexts {
            when: [said(&self.left_when), said(&self.right_when)],
            key: [said(&self.left_key), said(&self.right_key)],
            cardinality: said(&self.cardinality),
            within: length("within", &self.within)?,
            skew: length("skew", &self.skew)?,
            equal: self.equal.iter().filter_map(|e| said(e)).collect(),
        };
        texts.read()
    }

    fn of(by: &CorrelatedBy) -> Self {
        let [left_when, right_when] = by.texts.when.clone().map(Option::unwrap_or_default);
        let [left_key, right_key] = by.texts.key.clone().map(Option::unwrap_or_default);
        let length = |nanos: Option<i64>| nanos.map(duration_text).unwrap_or_default();
        Self {
            left_when,
            right_when,
            left_key,
            right_key,
            cardinality: by.texts.cardinality.clone().unwrap_or_default(),
            within: length(by.texts.within),
            skew: length(by.texts.skew),
            equal: by.texts.equal.clone(),
        }
    }
}

impl ProjectionOptionsDto {
    pub(super) fn read(&self) -> Answer<ProjectionBy> {
        let by = ProjectionBy::read(
            said(&self.projection),
            said(&self.table),
            said(&self.key),
            self.fields.clone(),
            self.map.clone(),
        )?;
        Ok(ProjectionBy {
            within: length("within", &self.within)?,
            ..by
        })
    }

    fn of(by: &ProjectionBy) -> Self {
        Self {
            projection: by.projection.clone().unwrap_or_default(),
            table: by.table.clone().unwrap_or_default(),
            key: by.key.clone().unwrap_or_default(),
            fields: by.fields.clone(),
            map: by.map_texts(),
            within: by.within.map(duration_text).unwrap_or_default(),
        }
    }
}

/// What a named comparison asks for, as a form has it; an error says in a sentence why a form cannot.
fn options_dto(named: &NamedComparison) -> Result<CompareOptionsDto, String> {
    let MirrorOptions {
        by,
        equality,
        lag_tolerance,
        settled,
        compacted,
        only,
    } = &named.options;
    let ms = |nanos: i64| {
        if nanos % MILLISECOND == 0 {
            Ok(Int(nanos / MILLISECOND))
        } else {
            Err(format!(
                "{} is no whole number of milliseconds: compare it on the command line",
                duration_text(nanos)
            ))
        }
    };
    let mut number_tolerance = None;
    if let Some(number) = &equality.tolerance.number {
        number_tolerance = Some(number.to_plain_string());
    }
    Ok(CompareOptionsDto {
        lag_tolerance_ms: ms(*lag_tolerance)?,
        settled: *settled,
        ignore: equality.ignored.texts(),
        identity: match by {
            IdentityBy::Auto => IdentityDto::Auto,
            IdentityBy::Fixed(Identity::Id) => IdentityDto::Id,
            IdentityBy::Fixed(Identity::Version) => IdentityDto::Version,
            IdentityBy::Fixed(Identity::Content) => IdentityDto::Content,
        },
        metadata: equality.metadata,
        number_tolerance,
        time_tolerance_ms: equality.tolerance.time.map(ms).transpose()?,
        left_compacted: compacted[0],
        right_compacted: compacted[1],
        only_streams: only.streams.clone(),
        only_categories: only.categories.clone(),
        only_types: only.types.clone(),
        known_at: None,
        correlated: match &named.mode {
            Mode::Correlated(by) => Some(CorrelatedOptionsDto::of(by)),
            _ => None,
        },
        projection: match &named.mode {
            Mode::Projection(by) => Some(ProjectionOptionsDto::of(by)),
            _ => None,
        },
    })
}

impl RuleDto {
    /// A rule as it is written in a form.
    pub(super) fn read(&self) -> Answer<Rule> {
        let wrong = |key: &str, why: &str| {
            SessionError::new("filter-syntax", format!("{key}: {why}")).with("key", key)
        };
        let kind = match (said(&self.check), said(&self.expect)) {
            (Some(check), None) => RuleKind::check(said(&self.when).as_deref(), &check)?,
            (None, Some(expect)) => {
                let when =
                    said(&self.when).ok_or_else(|| wrong("when", "say which events have to be followed"))?;
                let by = said(&self.by).ok_or_else(|| wrong("by", "say what both share"))?;
                RuleKind::expect(&when, &expect, &by, length("within", &self.within)?)?.settled(self.settled)
            }
            (Some(_), Some(_)) => return Err(wrong("check", "a rule has either this or what has to follow")),
            (None, None) => return Err(wrong("check", "say what has to hold")),
        };
        Ok(Rule {
            name: said(&self.name).unwrap_or_else(|| "rule".to_owned()),
            source: None,
            only: Only {
                streams: self.streams.clone(),
                categories: self.categories.clone(),
                types: self.types.clone(),
            },
            projection: said(&self.projection),
            kind,
        })
    }

    fn of(rule: &Rule) -> Self {
        let text = |e: &Expression| e.text().to_owned();
        let none = String::new;
        let mut settled = false;
        let (when, check, expect, by, within) = match &rule.kind {
            RuleKind::Check { when, check } => {
                let when = when.as_ref().map(text).unwrap_or_default();
                (when, text(check), none(), none(), none())
            }
            RuleKind::Expect {
                when,
                expect,
                by,
                within,
                settled: complete,
            } => {
                settled = *complete;
                let within = within.map(duration_text).unwrap_or_default();
                (text(when), none(), text(expect), text(by), within)
            }
        };
        Self {
            name: rule.name.clone(),
            when,
            check,
            expect,
            by,
            within,
            settled,
            streams: rule.only.streams.clone(),
            categories: rule.only.categories.clone(),
            types: rule.only.types.clone(),
            projection: rule.projection.clone().unwrap_or_default(),
        }
    }
}

/// A side that a project file names, as a path; `None`: it is none that can be opened as a file.
fn side_path(project: &Project, side: &Path) -> Option<PathBuf> {
    let text = side.to_str().unwrap_or_default();
    if text.contains("://") || text == "-" {
        return None;
    }
    let named = project.source(text).ok().flatten();
    Some(project.folder.join(named.map_or(side, |s| s.path.as_path())))
}

fn is_same(a: &Path, b: &Path) -> bool {
    match (fs::canonicalize(a), fs::canonicalize(b)) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    }
}

pub fn saved_comparisons(session: &Session, args: SavedComparisonsArgs) -> Answer<Vec<SavedComparisonDto>> {
    let source = session.source(args.source)?;
    let Some(project) = session.project_of(&source.path)? else {
        return Ok(Vec::new());
    };
    let dto = |stated: &crate::checks::StatedCheck| match &stated.check {
        Ok(Check::Comparison(named)) => Some(saved_dto(&project, &source, named)),
        Ok(Check::Rule(_)) => None,
        Err(why) => (!stated.is_rule).then(|| SavedComparisonDto {
            name: stated.name.clone(),
            mode: ModeDto::Mirror,
            left: String::new(),
            right: String::new(),
            options: None,
            problem: Some(why.clone()),
            is_here: false,
        }),
    };
    Ok(project.file.checks.iter().filter_map(dto).collect())
}

fn saved_dto(project: &Project, source: &OpenSource, named: &NamedComparison) -> SavedComparisonDto {
    let is_here = side_path(project, &named.left).is_some_and(|left| is_same(&left, &source.path));
    let right = side_path(project, &named.right);
    let (options, problem) = match (&right, options_dto(named)) {
        (None, _) => (
            None,
            Some("its right side is no file: capture the topic, or compare on the command line".to_owned()),
        ),
        (_, Err(why)) => (None, Some(why)),
        (Some(_), Ok(options)) => (Some(options), None),
    };
    SavedComparisonDto {
        name: named.name.clone(),
        mode: match &named.mode {
            Mode::Mirror => ModeDto::Mirror,
            Mode::Correlated(_) => ModeDto::Correlated,
            Mode::Projection(_) => ModeDto::Projection,
        },
        left: named.left.display().to_string(),
        right: right.map_or_else(|| named.right.display().to_string(), |r| r.display().to_string()),
        options: options.filter(|_| is_here),
        problem,
        is_here,
    }
}

pub fn rules(session: &Session, args: RulesArgs) -> Answer<RulesDto> {
    let source = session.source(args.source)?;
    let Some(project) = session.project_of(&source.path)? else {
        return Ok(RulesDto {
            path: None,
            rules: Vec::new(),
        });
    };
    let rule = |stated: &crate::checks::StatedCheck| match &stated.check {
        Ok(Check::Rule(rule)) => Some(StatedRuleDto {
            name: stated.name.clone(),
            rule: Some(RuleDto::of(rule)),
            problem: None,
            elsewhere: elsewhere(&project, &source, rule),
        }),
        Ok(Check::Comparison(_)) => None,
        Err(why) => stated.is_rule.then(|| StatedRuleDto {
            name: stated.name.clone(),
            rule: None,
            problem: Some(why.clone()),
            elsewhere: None,
        }),
    };
    Ok(RulesDto {
        path: Some(project.folder.join(FILE_NAME).display().to_string()),
        rules: project.file.checks.iter().filter_map(rule).collect(),
    })
}

/// The source that a rule names where that is not this one.
fn elsewhere(project: &Project, source: &OpenSource, rule: &Rule) -> Option<String> {
    let named = rule.source.as_deref()?;
    let is_here = side_path(project, Path::new(named)).is_some_and(|path| is_same(&path, &source.path));
    (!is_here).then(|| named.to_owned())
}

pub fn check_start(session: &Session, args: CheckStartArgs) -> Answer<ComparisonDto> {
    let source = session.source(args.source)?;
    let mut asked = Vec::new();
    if !args.names.is_empty() {
        let project = session.project_of(&source.path)?.ok_or_else(|| {
            SessionError::new(
                "project-file",
                format!("there is no {} beside {}", project::FILE_NAME, source.name()),
            )
        })?;
        for name in &args.names {
            let stated = project.file.checks.iter().find(|c| c.is_rule && c.name == *name);
            let rule = match stated.map(|s| &s.check) {
                Some(Ok(Check::Rule(rule))) => Ok(Arc::clone(rule)),
                Some(Err(why)) => Err(project.wrong(why).message),
                _ => Err(project.wrong(&format!("there is no rule {name:?}")).message),
            };
            asked.push((name.clone(), rule));
        }
    }
    if let Some(written) = &args.written {
        let rule = written.read()?;
        asked.push((rule.name.clone(), Ok(Arc::new(rule))));
    }
    if asked.is_empty() {
        return Err(SessionError::new(
            "nothing-to-compare",
            "no rule is to be checked",
        ));
    }
    let nothing = RightNames {
        path: PathBuf::new(),
        title: String::new(),
        others: 0,
    };
    let asked = Asked::new(Work::Rules(asked), None)?;
    Ok(session.comparisons().start(source, nothing, asked)?.dto())
}

pub fn compare_start(session: &Session, args: CompareStartArgs) -> Answer<ComparisonDto> {
    let CompareOptionsDto {
        known_at,
        correlated,
        projection,
        ..
    } = &args.options;
    let options = mirror_options(&args.options)?;
    let correlated = correlated.as_ref().map(CorrelatedOptionsDto::read).transpose()?;
    let projection = projection.as_ref().map(ProjectionOptionsDto::read).transpose()?;
    let source = session.source(args.source)?;
    let path = Path::new(&args.right);
    let (work, right) = if let Some(by) = projection {
        let (states, right) = right_states(session, path, &by)?;
        (Work::Projection(Box::new(states), Arc::new(by), options), right)
    } else {
        let (store, dto, others) =
            session.opening_of(path, |cancel, tick| session.most_certain(path, cancel, tick))?;
        let right = RightNames {
            path: path.to_owned(),
            title: dto.title,
            others,
        };
        let work = match correlated {
            Some(by) => Work::Correlated(store, Arc::new(by), options),
            None => Work::Mirror(store, options),
        };
        (work, right)
    };
    let asked = Asked::new(work, known_at.as_deref())?;
    Ok(session.comparisons().start(source, right, asked)?.dto())
}

/// The right side of states: rows, or else a history.
fn right_states(session: &Session, path: &Path, by: &ProjectionBy) -> Answer<(RightStates, RightNames)> {
    session.opening_of(path, |cancel, tick| {
        session.prepare(path, cancel, tick)?;
        let named = |title: String, others| RightNames {
            path: path.to_owned(),
            title,
            others,
        };
        if let Some(rows) = session.rows(path, by, cancel, &Progress::new())? {
            return Ok((RightStates::Rows(rows), named(String::new(), 0)));
        }
        let (_, dto, others) = session.most_certain(path, cancel, tick)?;
        let (store, projections) = session.history(path, dto.index, None)?;
        Ok((RightStates::History(store, projections), named(dto.title, others)))
    })
}
