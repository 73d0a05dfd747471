//! What project files hide of a data file.

use std::fs;
use std::path::{Path, PathBuf};

use super::Session;
use crate::dto::MaskDto;
use crate::error::SessionError;
use crate::masks::Masks;
use crate::project::{self, Project};

impl Session {
    /// What is hidden of the events of a data file: what any project file says that may speak for it, the one beside it, that of the folder the
    /// program was started in, and the user's own.
    pub fn masks_of(&self, path: &Path) -> Result<Masks, SessionError> {
        let mut all = Masks::default();
        for (_, masks) in self.masking(path)? {
            all = all.and(&masks);
        }
        Ok(all)
    }

    /// The masks that hold for a data file, each with the project file that says it first.
    pub fn masks_stated(&self, path: &Path) -> Result<Vec<MaskDto>, SessionError> {
        let mut all: Vec<MaskDto> = Vec::new();
        for (file, masks) in self.masking(path)? {
            for name in masks.names() {
                if all.iter().all(|mask| mask.name != *name) {
                    all.push(MaskDto {
                        name: name.clone(),
                        file: file.display().to_string(),
                    });
                }
            }
        }
        Ok(all)
    }

    /// What each project file that may speak for a data file hides of it.
    fn masking(&self, path: &Path) -> Result<Vec<(PathBuf, Masks)>, SessionError> {
        let mut all = Vec::new();
        if !self.masking {
            return Ok(all);
        }
        // Beside a link, and beside the file that it leads to.
        let (mut beside, mut behind) = (None, None);
        if !self.is_received(path) {
            beside = Project::of_data_file(path)?;
            let real = fs::canonicalize(path)
                .ok()
                .filter(|real| real.parent() != path.parent());
            behind = real
                .map(|real| Project::of_data_file(&real))
                .transpose()?
                .flatten();
        }
        let mut take = |project: Project| {
            let masks = project.masks()?;
            all.push((project.folder.join(project::FILE_NAME), masks));
            Ok::<(), SessionError>(())
        };
        beside.map(&mut take).transpose()?;
        behind.map(&mut take).transpose()?;
        for folder in self.project_folders() {
            Project::of_folder(folder)?.map(&mut take).transpose()?;
        }
        Ok(all)
    }
}
