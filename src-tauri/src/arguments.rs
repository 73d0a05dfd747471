//! What the window was asked to open.

use std::ffi::OsString;

use leftfold_session::dto::OpenAtStart;

/// Reads `[PATH] [--at POINT] [--stream NAME]`.
pub(crate) fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Option<OpenAtStart>, String> {
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
                return Err(format!(
                    "unknown option {flag}; usage: leftfold-desktop [PATH] [--at POINT] [--stream NAME]"
                ));
            }
            path if open.is_none() => {
                let path = absolute(path);
                open = Some(OpenAtStart {
                    path,
                    at: None,
                    stream: None,
                });
            }
            _ => return Err("one file at a time".to_owned()),
        }
    }
    Ok(open.map(|o| OpenAtStart { at, stream, ..o }))
}

fn absolute(path: &str) -> String {
    if path.starts_with("demo:") {
        return path.to_owned();
    }
    std::path::absolute(path).map_or_else(|_| path.to_owned(), |p| p.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &[&str]) -> Result<Option<OpenAtStart>, String> {
        parse(arguments.iter().map(OsString::from))
    }

    #[test]
    fn a_path_a_point_and_a_stream_are_read() {
        let open = read(&["/a/b.db", "--at", "v7", "--stream", "order-1"]);
        let expected = OpenAtStart {
            path: "/a/b.db".into(),
            at: Some("v7".into()),
            stream: Some("order-1".into()),
        };
        assert_eq!(open, Ok(Some(expected)));
        assert_eq!(read(&[]), Ok(None));
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        assert!(read(&["--nope"]).is_err() && read(&["--at"]).is_err() && read(&["a", "b"]).is_err());
    }
}
