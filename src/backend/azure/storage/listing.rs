//! A page of a list of blobs, which is XML.

use jiff::Timestamp;
use serde::Deserialize;

/// One page.
pub(super) struct Page {
    pub(super) blobs: Vec<Listed>,
    /// Where the next page begins; none on the last.
    pub(super) next: Option<String>,
}

/// One blob.
#[derive(Debug, PartialEq)]
pub(super) struct Listed {
    /// With its folders.
    pub(super) name: String,
    pub(super) length: u64,
    pub(super) modified: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Results {
    blobs: Blobs,
    #[serde(default)]
    next_marker: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Blobs {
    #[serde(default)]
    blob: Vec<Blob>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Blob {
    name: String,
    properties: Properties,
}

#[derive(Deserialize)]
struct Properties {
    #[serde(rename = "Content-Length")]
    content_length: u64,
    #[serde(rename = "Last-Modified")]
    last_modified: String,
}

/// Reads a page.
///
/// # Errors
/// It is none.
pub(super) fn read(body: &[u8]) -> Result<Page, quick_xml::DeError> {
    let text = String::from_utf8_lossy(body);
    // The service begins with a byte order mark.
    let results: Results = quick_xml::de::from_str(text.trim_start_matches('\u{feff}'))?;
    let blobs = results.blobs.blob.into_iter().map(|blob| Listed {
        name: blob.name,
        length: blob.properties.content_length,
        modified: jiff::fmt::rfc2822::parse(&blob.properties.last_modified)
            .map(|date| date.timestamp())
            .ok(),
    });
    Ok(Page {
        blobs: blobs.collect(),
        next: Some(results.next_marker).filter(|marker| !marker.is_empty()),
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn names_lengths_and_times_are_read_and_the_rest_is_passed_over() {
        let page = "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults ServiceEndpoint=\"https://a.blob.core.windows.net/\" \
                    ContainerName=\"packerlogs\"><Blobs><Blob><Name>1&amp;2/customization.log</Name><Properties><Creation-Time>Fri, 20 Nov 2026 \
                    10:00:00 GMT</Creation-Time><Last-Modified>Fri, 20 Nov 2026 10:00:07 GMT</Last-Modified><Etag>0x8</Etag>\
                    <Content-Length>42</Content-Length><BlobType>AppendBlob</BlobType></Properties><OrMetadata /></Blob></Blobs>\
                    <NextMarker>there</NextMarker></EnumerationResults>";
        let page = read(page.as_bytes()).unwrap();
        assert_eq!(
            page.blobs,
            [Listed {
                name: "1&2/customization.log".to_owned(),
                length: 42,
                modified: Some("2026-11-20T10:00:07Z".parse().unwrap()),
            }]
        );
        assert_eq!(page.next.as_deref(), Some("there"));
    }

    #[test]
    fn an_empty_list_is_no_error_and_a_page_of_a_proxy_is_one() {
        let empty = read(b"<EnumerationResults><Blobs /><NextMarker /></EnumerationResults>").unwrap();
        assert!(empty.blobs.is_empty() && empty.next.is_none());
        assert!(read(b"<html><body>Sign in</body></html>").is_err());
    }
}
