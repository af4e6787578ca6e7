//! Paths inside the image.

use crate::arm::shown::quoted;

/// Whether the path has a drive letter, as Windows writes it.
pub fn is_windows_path(text: &str) -> bool {
    let drive = text.as_bytes();
    drive.len() > 3 && drive[0].is_ascii_alphabetic() && drive[1] == b':' && [b'\\', b'/'].contains(&drive[2])
}

/// Where a file step may write: the service allows Linux files below `/tmp` alone; a Windows path has a drive letter.
pub fn file_destination(text: &str) -> Result<(), String> {
    let ends_in_folder = text.ends_with(['/', '\\']);
    if text.chars().any(char::is_control) {
        return Err(format!("{} is no path: it is not one line of text", quoted(text)));
    }
    if is_windows_path(text) {
        return if ends_in_folder {
            Err(format!("{} is a folder; append the name of the file", quoted(text)))
        } else {
            Ok(())
        };
    }
    let inside = text.strip_prefix("/tmp/").is_some_and(|rest| !rest.is_empty());
    if inside && !ends_in_folder && !text.split('/').any(|part| part == "..") {
        return Ok(());
    }
    if inside && ends_in_folder {
        return Err(format!("{} is a folder; append the name of the file", quoted(text)));
    }
    let name = text
        .rsplit(['/', '\\'])
        .find(|part| !part.is_empty() && *part != "..")
        .unwrap_or("file");
    Err(format!(
        "{} is not a file below /tmp; copy it to \"/tmp/{name}\" and let a shell step after it move it (`sudo mv`)",
        quoted(text)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_goes_below_tmp_and_the_error_says_how_it_gets_elsewhere() {
        assert_eq!(file_destination("/tmp/a/index.html"), Ok(()));
        assert_eq!(file_destination("C:\\temp\\index.html"), Ok(()));
        for bad in ["/etc/motd", "/tmp/", "/tmp/../etc/motd", "tmp/motd"] {
            assert!(
                file_destination(bad).is_err_and(|text| text.contains("sudo mv") && text.contains("/tmp/")),
                "{bad}"
            );
        }
        assert!(file_destination("/etc/motd").is_err_and(|text| text.contains("\"/tmp/motd\"")));
        for folder in ["/tmp/a/", "C:\\temp\\"] {
            assert!(
                file_destination(folder).is_err_and(|text| text.contains("append the name of the file")),
                "{folder}"
            );
        }
    }
}
