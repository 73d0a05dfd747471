//! A `[[rule]]` of a project file: read, and written.

use std::sync::Arc;

use leftfold_log::Expression;
use serde::Deserialize;
use toml::Spanned;

use super::{Check, duration, duration_text, named, read, wrong};
use crate::compare::{Only, Rule, RuleKind};

/// How a rule stands in TOML.
#[derive(Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a table with name, source, streams, categories, types, projection, when and check, or with when, expect, by, within and settled"
)]
pub(super) struct RuleEntry {
    name: Spanned<String>,
    source: Option<String>,
    #[serde(default)]
    streams: Vec<String>,
    #[serde(default)]
    categories: Vec<String>,
    #[serde(default)]
    types: Vec<String>,
    projection: Option<Spanned<String>>,
    when: Option<Spanned<String>>,
    check: Option<Spanned<String>>,
    expect: Option<Spanned<String>>,
    by: Option<Spanned<String>>,
    within: Option<Spanned<String>>,
    settled: Option<Spanned<bool>>,
}

impl RuleEntry {
    pub(super) fn check(self, text: &str) -> Result<Check, String> {
        let refuse = |stated: Option<&Spanned<String>>, key: &str, with: &str, without: &str| match stated {
            Some(s) => Err(wrong(
                s,
                text,
                format!("{key} belongs to {with}, not to {without}"),
            )),
            None => Ok(()),
        };
        let said = |stated: &Option<Spanned<String>>| stated.as_ref().map(|s| s.get_ref().clone());
        let kind = match (&self.check, &self.expect) {
            (Some(check), None) => {
                refuse(self.by.as_ref(), "by", "expect", "check")?;
                refuse(self.within.as_ref(), "within", "expect", "check")?;
                if let Some(settled) = &self.settled {
                    return Err(wrong(settled, text, "settled belongs to expect, not to check"));
                }
                RuleKind::check(said(&self.when).as_deref(), check.get_ref())
            }
            (None, Some(expect)) => {
                refuse(self.projection.as_ref(), "projection", "check", "expect")?;
                let (Some(when), Some(by)) = (&self.when, &self.by) else {
                    let why = "expect needs when (which events are to be followed) and by (what both share)";
                    return Err(wrong(expect, text, why));
                };
                let within = read("within", self.within.as_ref(), text, duration)?;
                let settled = self.settled.as_ref().is_some_and(|s| *s.get_ref());
                RuleKind::expect(when.get_ref(), expect.get_ref(), by.get_ref(), within)
                    .map(|kind| kind.settled(settled))
            }
            _ => {
                let why = "a rule has either check, or when, expect and by";
                return Err(wrong(&self.name, text, why));
            }
        };
        let kind = kind.map_err(|e| {
            let stated = match e.params.get("key").map(String::as_str) {
                Some("when") => &self.when,
                Some("expect") => &self.expect,
                Some("by") => &self.by,
                _ => &self.check,
            };
            match stated {
                Some(stated) => wrong(stated, text, e.message),
                None => e.message,
            }
        })?;
        Ok(Check::Rule(Arc::new(Rule {
            name: named(&self.name, text)?,
            source: self.source,
            only: Only {
                streams: self.streams,
                categories: self.categories,
                types: self.types,
            },
            projection: self.projection.map(Spanned::into_inner),
            kind,
        })))
    }
}

/// A rule's table in the project file: what is as usual is not stated.
pub(super) fn entry(rule: &Rule) -> toml_edit::Table {
    let mut table = toml_edit::Table::new();
    table["name"] = toml_edit::value(&rule.name);
    let mut text = |key: &str, stated: Option<&str>| {
        if let Some(stated) = stated {
            table[key] = toml_edit::value(stated);
        }
    };
    text("source", rule.source.as_deref());
    text("projection", rule.projection.as_deref());
    match &rule.kind {
        RuleKind::Check { when, check } => {
            text("when", when.as_ref().map(Expression::text));
            text("check", Some(check.text()));
        }
        RuleKind::Expect {
            when,
            expect,
            by,
            within,
            settled,
        } => {
            text("when", Some(when.text()));
            text("expect", Some(expect.text()));
            text("by", Some(by.text()));
            text("within", within.map(duration_text).as_deref());
            if *settled {
                table["settled"] = toml_edit::value(true);
            }
        }
    }
    let Only {
        streams,
        categories,
        types,
    } = &rule.only;
    for (key, names) in [("streams", streams), ("categories", categories), ("types", types)] {
        if !names.is_empty() {
            table[key] = toml_edit::value(names.iter().collect::<toml_edit::Array>());
        }
    }
    table
}
