//! `mapping`: how a table is read as events.

use std::io::Write as _;
use std::path::Path;

use leftfold_session::{mapping, project};

use crate::args::SourceArgs;
use crate::failure::{Failure, Outcome};
use crate::front::Front;
use crate::input;

/// Prints a source's mapping as lines for the project file.
pub(crate) fn show(front: &mut Front, args: &SourceArgs) -> Outcome {
    let named = input::find(&args.source)?;
    let nothing = |what: &str| {
        Err(Failure::new(
            "no-mapping",
            format!("{what} needs no mapping: every line says itself what is what"),
        ))
    };
    if named.is_stdin() {
        return nothing("standard input");
    }
    let opened = input::choose_only(front, &named, args)?;
    if opened.mapping.toml.is_empty() {
        return nothing(&named.path.display().to_string());
    }
    let stated = mapping::from_dto(&opened.mapping)?;
    let name = named
        .path
        .file_stem()
        .map_or_else(|| "source".to_owned(), |s| s.to_string_lossy().into_owned());
    let file = named.path.file_name().map_or(named.path.as_path(), Path::new);
    write!(front.out, "{}", project::mapping_text(&name, file, &stated)?)?;
    Ok(())
}
