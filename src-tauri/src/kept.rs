//! What is kept between runs: preferences and recent files, in the user's configuration folder.

use std::path::{Path, PathBuf};
use std::{fs, io};

use leftfold_session::dto::RecentDto;
use serde::{Deserialize, Serialize};

/// How many recent files are remembered.
const RECENT: usize = 12;

/// The files in the user's configuration folder. Without such a folder nothing is kept and nothing fails.
pub(crate) struct Kept {
    folder: Option<PathBuf>,
}

#[derive(Serialize, Deserialize)]
struct Recent {
    path: String,
    opened: String,
}

impl Kept {
    /// In the user's configuration folder.
    pub(crate) fn of_user() -> Self {
        Self {
            folder: directories::ProjectDirs::from("", "", "leftfold").map(|d| d.config_dir().to_owned()),
        }
    }

    fn read(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.folder.as_ref()?.join(name)).ok()
    }

    fn write(&self, name: &str, text: &str) -> io::Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        fs::create_dir_all(folder)?;
        let temporary = folder.join(format!("{name}.{}.tmp", std::process::id()));
        fs::write(&temporary, text)?;
        fs::rename(&temporary, folder.join(name))
    }

    /// The UI's preferences as it saved them, if they are JSON at all.
    pub(crate) fn preferences(&self) -> Option<String> {
        self.read("window.json")
            .filter(|text| serde_json::from_str::<serde_json::Value>(text).is_ok())
    }

    /// Keeps the UI's preferences.
    pub(crate) fn save_preferences(&self, json: &str) -> io::Result<()> {
        self.write("window.json", json)
    }

    fn recent_list(&self) -> Vec<Recent> {
        // A damaged list is an empty one: it is a convenience, not data.
        self.read("recent.json")
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default()
    }

    /// Files opened before, latest first.
    pub(crate) fn recent(&self) -> Vec<RecentDto> {
        let dto = |r: Recent| {
            let path = Path::new(&r.path);
            let name = path
                .file_name()
                .map_or_else(|| r.path.clone(), |n| n.to_string_lossy().into_owned());
            RecentDto {
                exists: path.exists(),
                name,
                path: r.path.clone(),
                opened: r.opened,
            }
        };
        self.recent_list().into_iter().map(dto).collect()
    }

    /// Remembers a file as the latest.
    pub(crate) fn remember(&self, path: &str, opened: String) -> io::Result<()> {
        let mut list = self.recent_list();
        list.retain(|r| r.path != path);
        list.insert(
            0,
            Recent {
                path: path.to_owned(),
                opened,
            },
        );
        list.truncate(RECENT);
        self.write("recent.json", &serde_json::to_string_pretty(&list)?)
    }

    /// Forgets the files opened before.
    pub(crate) fn clear_recent(&self) -> io::Result<()> {
        self.write("recent.json", "[]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_file_comes_first_and_only_once() {
        let folder = std::env::temp_dir().join(format!("leftfold-kept-{}", std::process::id()));
        let kept = Kept {
            folder: Some(folder.clone()),
        };
        for path in ["/a", "/b", "/a"] {
            kept.remember(path, "2026-11-20T00:00:00Z".into()).unwrap();
        }
        let paths: Vec<String> = kept.recent().into_iter().map(|r| r.path).collect();
        assert_eq!(paths, ["/a", "/b"]);
        fs::write(folder.join("recent.json"), "{damaged").unwrap();
        assert!(kept.recent().is_empty());
        fs::remove_dir_all(folder).unwrap();
    }
}
