//! The outcome of checks as JUnit XML: a test case for each, as build servers read it.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::text::{in_words, line};
use super::{Done, results};
use crate::failure::Outcome;
use crate::finding::time;
use crate::style::{clean, counted, grouped, named};

pub(super) fn write(all: &[Done], out: &mut Vec<u8>) -> Outcome {
    let mut xml = Writer::new_with_indent(&mut *out, b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let counts = [
        ("tests", all.len().to_string()),
        ("failures", results(all, "violated").to_string()),
        ("errors", results(all, "error").to_string()),
    ];
    let counts = || counts.iter().map(|(k, v)| (*k, v.as_str()));
    xml.create_element("testsuites")
        .with_attribute(("name", "leftfold"))
        .with_attributes(counts())
        .write_inner_content(|xml| {
            xml.create_element("testsuite")
                .with_attribute(("name", "leftfold.toml"))
                .with_attributes(counts())
                .write_inner_content(|xml| {
                    for done in all {
                        case(xml, done)?;
                    }
                    xml.create_element("system-out")
                        .write_text_content(BytesText::new(&in_words(all).1))?;
                    Ok(())
                })?;
            Ok(())
        })?;
    out.push(b'\n');
    Ok(())
}

fn case(xml: &mut Writer<&mut Vec<u8>>, done: &Done) -> io::Result<()> {
    let class = if done.is_rule { "rule" } else { "comparison" };
    let name = fit(&done.name);
    let case = xml
        .create_element("testcase")
        .with_attribute(("classname", class))
        .with_attribute(("name", name.as_str()));
    let (element, kind, message, text) = match (&done.judged, done.error()) {
        (Ok(judged), _) if judged.certain == 0 => {
            match &judged.idle {
                None => case.write_empty()?,
                Some(idle) => case.write_inner_content(|xml| {
                    let note = fit(&format!("ok, {}", idle.note));
                    xml.create_element("system-out")
                        .write_text_content(BytesText::new(&note))?;
                    Ok(())
                })?,
            };
            return Ok(());
        }
        (Ok(judged), _) => {
            let first = judged.first.as_ref().map(|f| {
                let since = f.since.map(|t| format!(" since {}", time(t)));
                format!(
                    ", first in {}{}",
                    clean(named(f.place())),
                    since.unwrap_or_default()
                )
            });
            let message = format!(
                "{} in {}{}",
                counted(judged.certain, "finding"),
                counted(judged.streams, "stream"),
                first.unwrap_or_default()
            );
            let mut text = vec![clean(&done.about).into_owned()];
            text.extend(judged.shown.iter().map(line));
            let more = judged.certain.saturating_sub(judged.shown.len() as u64);
            if more > 0 {
                text.push(format!("… and {} more", grouped(more)));
            }
            let kind = if done.is_rule { "violation" } else { "divergence" };
            ("failure", kind, message, text.join("\n"))
        }
        (Err(_), error) => {
            let (code, message) = error.unwrap_or_default();
            ("error", code, message.to_owned(), String::new())
        }
    };
    let message = fit(&message);
    case.write_inner_content(|xml| {
        let element = xml
            .create_element(element)
            .with_attribute(("type", kind))
            .with_attribute(("message", message.as_str()));
        if text.is_empty() {
            element.write_empty()?;
        } else {
            element.write_text_content(BytesText::new(&allowed(&text)))?;
        }
        Ok(())
    })?;
    Ok(())
}

/// A text as XML can hold it, on one line.
fn fit(text: &str) -> String {
    allowed(&clean(text))
}

/// A text without the two characters that XML has no way to write; control characters are escapes already.
fn allowed(text: &str) -> String {
    text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}
