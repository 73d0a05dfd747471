//! `mapping`: how a table, or the lines of an NDJSON file, are read as events.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use leftfold_session::dto::{InspectDto, MappingDto};
use leftfold_session::{mapping, project};

use crate::args::SourceArgs;
use crate::failure::{Failure, Outcome};
use crate::front::Front;
use crate::input::{self, Named};
use crate::style::clean;

/// The keys a mapping most often has, and what they are for.
const KEYS: &[(&str, &str)] = &[
    ("stream", "names the aggregate"),
    ("type", "the event type"),
    ("version", "the place in the stream"),
    ("position", "the place in the log"),
    ("id", "the event's identity"),
    ("time", "when it was recorded"),
    ("payload", "what happened"),
    ("metadata", "what surrounds it"),
];

/// Prints a source's mapping as lines for the project file.
pub(crate) fn show(front: &mut Front, args: &SourceArgs) -> Outcome {
    let named = input::find(&args.source)?;
    if named.is_stream() {
        return Err(Failure::new(
            "no-mapping",
            "there is no mapping for what can be read only once: leftfold.toml names files; save it to one first",
        ));
    }
    let mut opened = input::choose_only(front, &named, args)?;
    let session = input::session(front);
    let mut suggested = false;
    if opened.mapping.toml.is_empty()
        && let Some(start) = session.start_of_mapping(&named.path, "")?
    {
        (opened, suggested) = (start, true);
    }
    if opened.mapping.toml.is_empty() {
        return Err(Failure::new(
            "no-mapping",
            format!(
                "{} needs no mapping: every line says itself what is what",
                named.path.display()
            ),
        ));
    }
    let stated = mapping::from_dto(&opened.mapping)?;
    let name = named
        .path
        .file_stem()
        .map_or_else(|| "source".to_owned(), |s| s.to_string_lossy().into_owned());
    // As it was given: right for a leftfold.toml in the folder the command is run in.
    let name = called(&named)?.unwrap_or(name);
    let text = project::mapping_text(&name, &named.path, &stated)?;
    let file = input::inspect(front, &session, &named)?;
    let open = left_open(&opened.mapping, &file);
    let (text, below) = if suggested {
        (suggestion(&text), "\n# [source.mapping.")
    } else {
        (text, "\n[source.mapping.")
    };
    // Above the tables below [source.mapping], so that a line is right where it stands.
    let at = text.find(below).map_or(text.len(), |at| at + 1);
    let (own, below) = text.split_at(at);
    let own = own.trim_end_matches(['#', '\n']);
    let gap = match (below.is_empty(), suggested) {
        (true, _) => "",
        (false, true) => "#\n",
        (false, false) => "\n",
    };
    let text = format!("{own}\n{open}{gap}{below}");
    write!(front.out, "{text}")?;
    Ok(())
}

/// What leftfold.toml calls a source, by its name or its path.
fn called(named: &Named) -> Outcome<Option<String>> {
    if named.name.is_some() {
        return Ok(named.name.clone());
    }
    for folder in [named.path.parent().unwrap_or(Path::new("")), Path::new("")] {
        let folder = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        if let Some(project) = project::Project::of_folder(folder)?
            && let Some((name, _)) = project.mapping_of(&named.path)?
        {
            return Ok(Some(name.to_owned()));
        }
    }
    Ok(None)
}

/// The lines of a source whose mapping is not in force: that part as comments, below what is in force.
fn suggestion(text: &str) -> String {
    let (source, mapping) = text.find("\n[").map_or((text, ""), |at| text.split_at(at + 1));
    let commented: String = mapping
        .lines()
        .map(|line| match line {
            "" => "#\n".to_owned(),
            line => format!("# {line}\n"),
        })
        .collect();
    format!(
        "{source}# In force: no mapping. Each line is whole the payload, in one stream without a name.\n\
         # A suggestion by the names of the keys; take the \"# \" away from what is right.\n\
         # Without a payload among it, each line stays whole the payload.\n{commented}"
    )
}

/// The keys that are not set, as comments to fill in, with the columns there are.
fn left_open(mapping: &MappingDto, file: &InspectDto) -> String {
    let set = |key: &str| {
        mapping
            .fields
            .iter()
            .any(|f| f.field == key && !f.expression.is_empty())
    };
    let open: Vec<_> = KEYS.iter().filter(|(key, _)| !set(key)).collect();
    let columns = file
        .tables
        .iter()
        .find(|t| t.name == mapping.table)
        .map(|t| &t.columns);
    let mut text = String::new();
    // Writing to a String cannot fail.
    if let Some(columns) = columns {
        let names: Vec<_> = columns.iter().map(|c| clean(&c.name)).collect();
        let _ = writeln!(
            text,
            "# The columns of {}: {}",
            clean(&mapping.table),
            names.join(", ")
        );
    }
    if !open.is_empty() {
        let _ = writeln!(text, "# Not set; take the \"# \" away from what is needed:");
    }
    for (key, what) in open {
        let _ = writeln!(text, "# {key} = \"COLUMN\"  # {what}");
    }
    text
}
