//! What the window was asked to open.

use std::ffi::OsString;
use std::path::Path;

use leftfold_session::dto::OpenAtStart;
use leftfold_session::link;

/// What the program says of its arguments.
pub(crate) const USAGE: &str = "usage: leftfold-desktop [PATH|LINK] [--at POINT] [--stream NAME]

Opens the window: on a file of events, on a leftfold:// link, or on its welcome screen.
The command line, with all it can do: leftfold --help";

/// Reads `[PATH|LINK] [--at POINT] [--stream NAME]`. What is said beside a link goes before what the link says. A path is one of `folder`.
pub(crate) fn parse(
    arguments: impl Iterator<Item = OsString>,
    folder: &Path,
) -> Result<Option<OpenAtStart>, String> {
    let mut open: Option<OpenAtStart> = None;
    let (mut at, mut stream) = (None, None);
    let mut arguments = arguments.map(|a| a.to_string_lossy().into_owned());
    while let Some(argument) = arguments.next() {
        let mut value = |name: &str| arguments.next().ok_or_else(|| format!("{name} needs a value"));
        match argument.as_str() {
            "--at" => at = Some(value("--at")?),
            "--stream" => stream = Some(value("--stream")?),
            "--" => {}
            flag if flag.starts_with("--") => {
                return Err(format!("unknown option {flag}\n{USAGE}"));
            }
            link if open.is_none() && link::is_link(link) => {
                open = Some(link::read(link).map_err(|e| e.message)?);
            }
            path if open.is_none() => {
                open = Some(OpenAtStart {
                    path: absolute(path, folder),
                    ..OpenAtStart::default()
                });
            }
            _ => return Err("one file at a time".to_owned()),
        }
    }
    Ok(open.map(|o| OpenAtStart {
        path: absolute(&o.path, folder),
        at: at.or(o.at),
        stream: stream.or(o.stream),
        ..o
    }))
}

fn absolute(path: &str, folder: &Path) -> String {
    if path.starts_with("demo:") {
        return path.to_owned();
    }
    // A desktop hands a file over as it likes: by its path, or as a URL.
    if let Some(path) = file_url(path) {
        return path;
    }
    std::path::absolute(folder.join(path)).map_or_else(|_| path.to_owned(), |p| p.display().to_string())
}

/// The path that a `file:` URL stands for.
fn file_url(text: &str) -> Option<String> {
    let url = tauri::Url::parse(text)
        .ok()
        .filter(|url| url.scheme() == "file")?;
    Some(url.to_file_path().ok()?.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &[&str]) -> Result<Option<OpenAtStart>, String> {
        parse(arguments.iter().map(OsString::from), Path::new("/from/here"))
    }

    #[test]
    fn a_path_a_point_and_a_stream_are_read() {
        let open = read(&["/a/b.db", "--at", "v7", "--stream", "order-1"]);
        let expected = OpenAtStart {
            path: "/a/b.db".into(),
            at: Some("v7".into()),
            stream: Some("order-1".into()),
            ..OpenAtStart::default()
        };
        assert_eq!(open, Ok(Some(expected)));
        assert_eq!(read(&[]), Ok(None));
    }

    #[test]
    fn a_path_is_one_of_the_folder_where_it_was_said() {
        let path = |argument: &str| read(&[argument]).unwrap().unwrap().path;
        assert_eq!(path("b.db"), "/from/here/b.db");
        assert_eq!(path("./b.db"), "/from/here/b.db");
        assert_eq!(path("demo:shop"), "demo:shop");
    }

    #[test]
    fn a_file_that_a_desktop_hands_over_as_a_url_is_its_path() {
        let path = |argument: &str| read(&[argument]).unwrap().unwrap().path;
        assert_eq!(path("file:///a/b%20c.leftfold"), "/a/b c.leftfold");
        assert_eq!(path("/a/file:b.db"), "/a/file:b.db");
    }

    #[test]
    fn a_link_is_what_it_stands_for() {
        let open = read(&[
            "leftfold://open?source=/a%20b.db&stream=order-1&at=v7",
            "--at",
            "v8",
        ]);
        let expected = OpenAtStart {
            path: "/a b.db".into(),
            at: Some("v8".into()),
            stream: Some("order-1".into()),
            ..OpenAtStart::default()
        };
        assert_eq!(open, Ok(Some(expected)));
        let error = read(&["leftfold://open?sauce=/a.db"]).unwrap_err();
        assert!(error.contains("\"sauce\" is not known"), "{error}");
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        assert!(read(&["--nope"]).is_err() && read(&["--at"]).is_err() && read(&["a", "b"]).is_err());
    }
}
