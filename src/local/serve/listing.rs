//! Lists of Azure Storage, which are XML. Every name in them is one that the service has made, so that nothing needs escaping but the
//! prefix that a client sent.

use std::fmt::Write as _;

use super::blobs::{Blob, CONTAINER};

/// The containers of an account: the one, last changed at a time that is written as HTTP does, once a log has been in it.
pub(super) fn containers(account: &str, modified: Option<&str>) -> String {
    let container = modified.map_or_else(String::new, |modified| {
        let properties = format!("<Last-Modified>{modified}</Last-Modified><Etag>\"{account}\"</Etag>");
        format!("<Container><Name>{CONTAINER}</Name><Properties>{properties}</Properties></Container>")
    });
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults ServiceEndpoint=\"{account}\"><Containers>{container}</Containers>\
         <NextMarker/></EnumerationResults>"
    )
}

/// The blobs of the container.
pub(super) fn blobs(account: &str, prefix: &str, blobs: &[Blob]) -> String {
    let mut list = String::new();
    for blob in blobs {
        let _ = write!(
            list,
            "<Blob><Name>{}</Name><Properties><Last-Modified>{}</Last-Modified><Etag>{}</Etag><Content-Length>{}</Content-Length>\
             <Content-Type>text/plain</Content-Type><BlobType>BlockBlob</BlobType></Properties></Blob>",
            blob.name,
            blob.modified(),
            blob.tag().trim_matches('"'),
            blob.length
        );
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults ServiceEndpoint=\"{account}\" ContainerName=\"{CONTAINER}\">\
         <Prefix>{}</Prefix><Blobs>{list}</Blobs><NextMarker/></EnumerationResults>",
        escape(prefix)
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
