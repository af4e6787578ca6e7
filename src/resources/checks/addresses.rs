//! Addresses of what a step fetches and of where a VHD goes. They can carry tokens, which are never shown.

use crate::arm::shown::quoted;

/// Parameters that make up a shared access signature. They say who may read, not what is read.
const SAS_PARAMETERS: [&str; 17] = [
    "sig", "sv", "se", "st", "sp", "sr", "ss", "srt", "spr", "sip", "si", "skoid", "sktid", "skt", "ske", "sks", "skv",
];

/// Whether two URIs name one content and differ at most in the token that lets the service read it.
pub fn same_but_for_sas(left: &str, right: &str) -> bool {
    left == right || without_sas(left) == without_sas(right)
}

/// The URI without its shared access signature; unchanged when it has none.
pub fn without_sas(uri: &str) -> String {
    let Some((address, query)) = uri.split_once('?') else {
        return uri.to_owned();
    };
    let name = |parameter: &str| parameter.split('=').next().unwrap_or_default().to_ascii_lowercase();
    if !query.split('&').any(|parameter| name(parameter) == "sig") {
        return uri.to_owned();
    }
    let others: Vec<&str> = query
        .split('&')
        .filter(|parameter| !SAS_PARAMETERS.contains(&name(parameter).as_str()))
        .collect();
    if others.is_empty() {
        address.to_owned()
    } else {
        format!("{address}?{}", others.join("&"))
    }
}

/// The URI as it may be shown: without any query when that holds a token, and without a password.
pub fn shown_uri(uri: &str) -> String {
    let shown = match uri.split_once('?') {
        Some((address, query)) if query.to_ascii_lowercase().contains("sig=") => format!("{address}?(redacted)"),
        _ => uri.to_owned(),
    };
    let Some((scheme, rest)) = shown.split_once("://") else {
        return shown;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    match authority.rsplit_once('@') {
        Some((secret, _)) => format!("{scheme}://(redacted){}", &rest[secret.len()..]),
        None => shown,
    }
}

/// Where a step's content may come from.
pub fn step_uri(text: &str) -> Result<(), String> {
    match checked(text, &["https", "http"])? {
        Address::Fit => Ok(()),
        Address::Unfit(shown) => Err(format!(
            "{shown} is not a URI that can be fetched; it begins with \"https://\", \"http://\" or \"file:///\""
        )),
    }
}

/// Where a VHD may go; empty for the storage account of the staging group.
pub fn vhd_uri(text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Ok(());
    }
    match checked(text, &["https"])? {
        Address::Fit => Ok(()),
        Address::Unfit(shown) => Err(format!(
            "{shown} is no place for a VHD; write the URI of a blob, which begins with \"https://\", or of a file (\"file:///\", \
             local backend), or leave the argument out for the staging group"
        )),
    }
}

enum Address {
    Fit,
    /// With the address as it may be shown.
    Unfit(String),
}

fn checked(text: &str, schemes: &[&str]) -> Result<Address, String> {
    let shown = || quoted(&shown_uri(text));
    if let Some(character) = text.chars().find(|each| each.is_whitespace() || each.is_control()) {
        let character = quoted(character.encode_utf8(&mut [0; 4]));
        return Err(format!("{} holds {character}, which no URI does", shown()));
    }
    Ok(match text.split_once("://") {
        Some((scheme, rest)) if schemes.iter().any(|each| each.eq_ignore_ascii_case(scheme)) => {
            if rest.is_empty() || rest.starts_with(['/', '?', '#', ':']) {
                return Err(format!("{} names no host", shown()));
            }
            Address::Fit
        }
        Some(("file", path)) if path.starts_with('/') && path.len() > 1 => Address::Fit,
        Some(("file", _)) => {
            return Err(format!(
                "{} names no absolute path; write \"file:///…\", such as \"file://${{abspath(path.module)}}/install.sh\"",
                shown()
            ));
        }
        _ => Address::Unfit(shown()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sas_token_is_no_part_of_what_is_read_but_other_parameters_are() {
        let plain = "https://a.blob.core.windows.net/c/install.sh";
        assert!(same_but_for_sas(
            plain,
            &format!("{plain}?sv=2024-01-01&se=x&sr=b&sp=r&sig=abc")
        ));
        assert_eq!(
            without_sas(&format!("{plain}?snapshot=1&sv=2&sig=abc")),
            format!("{plain}?snapshot=1")
        );
        assert!(!same_but_for_sas(
            &format!("{plain}?version=1"),
            &format!("{plain}?version=2")
        ));
    }

    #[test]
    fn a_token_is_never_shown() {
        let complaint = step_uri("ftp://host/install.sh?sv=1&sig=SECRET");
        assert!(complaint.is_err_and(|text| text.contains("ftp://host/install.sh") && !text.contains("SECRET")));
        let complaint = step_uri("ftp://me:SECRET@host/install.sh");
        assert!(
            complaint.is_err_and(|text| text.contains("ftp://(redacted)@host/install.sh") && !text.contains("SECRET"))
        );
        let complaint = step_uri("https://host/a b?sig=SECRET");
        assert!(complaint.is_err_and(|text| text.contains("\" \"") && !text.contains("SECRET")));
    }

    #[test]
    fn what_can_be_fetched_and_where_a_vhd_can_go_are_not_the_same() {
        for good in ["https://host/a.sh", "HTTPS://host/a.sh", "file:///a.sh"] {
            assert_eq!((step_uri(good), vhd_uri(good)), (Ok(()), Ok(())), "{good}");
        }
        assert_eq!(step_uri("http://host/a.sh"), Ok(()));
        assert!(vhd_uri("http://host/a.vhd").is_err_and(|text| text.contains("\"https://\"")));
        assert_eq!(vhd_uri(""), Ok(()));
        for bad in ["", "a.sh", "https://", "https:///a.sh", "file://a.sh", "file:///"] {
            assert!(step_uri(bad).is_err(), "{bad}");
        }
    }
}
