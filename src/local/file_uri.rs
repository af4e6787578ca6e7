//! `file://` URIs and the paths that they mean.

use std::ffi::OsStr;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};

/// What needs no encoding in a path.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The absolute path of a `file://` URI.
///
/// # Errors
/// The reason, as a sentence, when it is not one, names another host, or its path is not absolute.
pub(crate) fn parse(uri: &str) -> Result<PathBuf, String> {
    let rest = match uri.get(..7) {
        Some(scheme) if scheme.eq_ignore_ascii_case("file://") => &uri[7..],
        _ => return Err(format!("'{uri}' is not a file:// URI")),
    };
    let path = rest.strip_prefix("localhost").unwrap_or(rest);
    if !path.starts_with('/') {
        return Err(format!(
            "'{uri}' is not a path of this machine; a file:// URI has three slashes before the first folder"
        ));
    }
    let bytes: Vec<u8> = percent_decode_str(path).collect();
    Ok(PathBuf::from(std::ffi::OsString::from_vec(bytes)))
}

/// The `file://` URI of an absolute path.
pub(crate) fn format(path: &Path) -> String {
    let bytes: &OsStr = path.as_os_str();
    format!("file://{}", percent_encode(bytes.as_bytes(), PATH))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_survives_being_a_uri() {
        let path = Path::new("/a b/ü%/c.vhd");
        assert_eq!(format(path), "file:///a%20b/%C3%BC%25/c.vhd");
        assert_eq!(parse(&format(path)), Ok(path.to_owned()));
    }

    #[test]
    fn a_uri_of_another_host_or_scheme_is_refused() {
        assert!(parse("file://host/a").is_err());
        assert!(parse("https://host/a").is_err());
        assert_eq!(parse("FILE://localhost/a"), Ok(PathBuf::from("/a")));
    }
}
