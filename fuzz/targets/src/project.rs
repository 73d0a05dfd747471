//! The project file: sources with their mappings, projections; and a mapping as its screen edits it.

use leftfold_replay::Projections;
use leftfold_session::mapping::{from_dto, to_dto};
use leftfold_session::project::ProjectFile;
use leftfold_source::Mapping;

/// Reads a project file, and the same text as one mapping and as a field of the mapping screen.
pub fn project(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(file) = ProjectFile::parse(text) {
        file.sources
            .iter()
            .filter_map(|s| s.mapping.as_ref())
            .for_each(unchanged);
    }
    let _ = Projections::from_toml(text);
    if let Ok(mapping) = toml::from_str::<Mapping>(text) {
        unchanged(&mapping);
    }
    for line in text.lines().take(20) {
        let mut dto = to_dto(&Mapping {
            table: "t".to_owned(),
            ..Mapping::default()
        });
        dto.fields
            .iter_mut()
            .for_each(|f| line.clone_into(&mut f.expression));
        if let Ok(mapping) = from_dto(&dto) {
            unchanged(&mapping);
        }
    }
}

/// Shown on the screen or saved, a mapping stays what it is.
fn unchanged(mapping: &Mapping) {
    let shown =
        from_dto(&to_dto(mapping)).unwrap_or_else(|e| panic!("the screen cannot take back {mapping:?}: {e}"));
    assert_eq!(shown, *mapping, "the screen changes a mapping");
}
