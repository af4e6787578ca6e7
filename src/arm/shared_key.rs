//! What a storage account's key signs of a request ("Shared Key", version 2015-02-21 and later of the Blob service).
//!
//! <https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key>

use http::{HeaderMap, Method};

/// Headers that have a line of their own, with their values alone, in this order.
const NAMED: [&str; 11] = [
    "content-encoding",
    "content-language",
    "content-length",
    "content-md5",
    "content-type",
    "date",
    "if-modified-since",
    "if-match",
    "if-none-match",
    "if-unmodified-since",
    "range",
];

/// The text that is signed. `query` holds names and values without percent-encoding.
pub fn string_to_sign(
    method: &Method,
    account: &str,
    path: &str,
    query: impl IntoIterator<Item = (impl AsRef<str>, impl AsRef<str>)>,
    headers: &HeaderMap,
) -> String {
    let value = |name: &str| {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().trim()
    };
    let mut lines = vec![method.to_string()];
    lines.extend(NAMED.iter().map(|name| match *name {
        "content-length" if value(name) == "0" => String::new(),
        // With `x-ms-date`, the other date does not count.
        "date" if headers.contains_key("x-ms-date") => String::new(),
        _ => value(name).to_owned(),
    }));
    let mut extensions: Vec<&str> = headers.keys().map(http::HeaderName::as_str).collect();
    extensions.retain(|name| name.starts_with("x-ms-"));
    extensions.sort_unstable();
    lines.extend(extensions.iter().map(|name| format!("{name}:{}", value(name))));
    // The account stands twice where it is part of the path.
    lines.push(format!("/{account}{path}"));
    let mut parameters: Vec<(String, String)> = query
        .into_iter()
        .map(|(name, value)| (name.as_ref().to_lowercase(), value.as_ref().to_owned()))
        .collect();
    parameters.sort();
    lines.extend(parameters.iter().map(|(name, value)| format!("{name}:{value}")));
    lines.join("\n")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_signed_as_the_documentation_of_the_blob_service_writes_it() {
        let query = [("restype", "container"), ("comp", "list"), ("Prefix", "a/b")];
        let mut headers = HeaderMap::new();
        headers.insert("x-ms-version", "2021-12-02".parse().unwrap());
        headers.insert("x-ms-date", "Fri, 26 Jun 2015 23:39:12 GMT".parse().unwrap());
        assert_eq!(
            string_to_sign(&Method::GET, "myaccount", "/mycontainer", query, &headers),
            "GET\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:Fri, 26 Jun 2015 23:39:12 GMT\nx-ms-version:2021-12-02\n\
             /myaccount/mycontainer\ncomp:list\nprefix:a/b\nrestype:container"
        );
    }
}
