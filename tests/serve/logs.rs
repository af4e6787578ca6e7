//! The storage account of a staging group, and the log of a run in it.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Method, StatusCode};
use serde_json::json;

use crate::far_end::{FarEnd, IMAGE_BUILDER};

const STORAGE: &str = "2023-05-01";

/// A service on which a template has run; the template's staging group and the URL of its blobs.
async fn built() -> (FarEnd, String, String) {
    let far_end = FarEnd::start().await;
    let step = json!([{"type": "Shell", "name": "greet", "inline": ["echo a line of the log"]}]);
    let template = far_end.provision("t", step).await;
    let begun = far_end
        .post(&format!("{template}/run?api-version={IMAGE_BUILDER}"))
        .await
        .expect(202);
    far_end.follow(&begun).await;
    let shown = far_end
        .get(&format!("{template}?api-version={IMAGE_BUILDER}"))
        .await
        .expect(200);
    let staging = shown.text("/properties/exactStagingResourceGroup").to_owned();
    let accounts = format!("{staging}/providers/Microsoft.Storage/storageAccounts");
    let listed = far_end
        .get(&format!("{accounts}?api-version={STORAGE}"))
        .await
        .expect(200);
    let blobs = listed.text("/value/0/properties/primaryEndpoints/blob").to_owned();
    assert!(blobs.starts_with(&far_end.ready.endpoint), "{}", listed.body);
    let account = format!("{accounts}/{}", listed.text("/value/0/name"));
    (far_end, account, blobs)
}

/// The name of the one log, out of the list that the service gives.
fn log_in(list: &str) -> &str {
    let (_, rest) = list.split_once("<Name>").unwrap();
    rest.split_once("</Name>").unwrap().0
}

#[tokio::test]
async fn a_log_is_listed_and_read_in_parts_with_a_token_for_storage() {
    let (far_end, _, blobs) = built().await;
    let token = far_end.token_for("https://storage.azure.com").await;
    let get = |url: String| {
        far_end
            .client
            .get(url)
            .bearer_auth(&token)
            .header("x-ms-version", "2021-12-02")
    };
    let list = get(format!("{blobs}packerlogs?restype=container&comp=list"))
        .send()
        .await
        .unwrap();
    let list = list.text().await.unwrap();
    let log = format!("{blobs}packerlogs/{}", log_in(&list));
    assert!(log.ends_with("/customization.log"), "{list}");

    let whole = get(log.clone()).send().await.unwrap();
    assert_eq!(whole.status(), StatusCode::OK);
    let tag = whole.headers()["etag"].clone();
    let whole = whole.text().await.unwrap();
    assert!(whole.contains("a line of the log"), "{whole}");

    let part = get(log.clone()).header("range", "bytes=3-9").send().await.unwrap();
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    let range = format!("bytes 3-9/{}", whole.len());
    assert_eq!(part.headers()["content-range"], range.as_str());
    assert_eq!(part.text().await.unwrap(), whole[3..10]);
    let rest = get(log.clone())
        .header("x-ms-range", format!("bytes={}-", whole.len() - 5))
        .send()
        .await
        .unwrap();
    assert_eq!(rest.text().await.unwrap(), whole[whole.len() - 5..]);

    let beyond = get(log.clone())
        .header("range", format!("bytes={}-", whole.len()))
        .send()
        .await
        .unwrap();
    assert_eq!(
        (beyond.status(), beyond.headers()["x-ms-error-code"].to_str().unwrap()),
        (StatusCode::RANGE_NOT_SATISFIABLE, "InvalidRange")
    );
    let same = get(log.clone()).header("if-match", tag).send().await.unwrap();
    assert_eq!(same.status(), StatusCode::OK);
    let changed = get(log.clone()).header("if-match", "\"0x1\"").send().await.unwrap();
    assert_eq!(changed.status(), StatusCode::PRECONDITION_FAILED);
    let head = far_end.client.head(&log).bearer_auth(&token).send().await.unwrap();
    assert_eq!(head.headers()["content-length"], whole.len().to_string().as_str());

    for absent in [
        "packerlogs/../../serve.json",
        "packerlogs/x/customization.log",
        "other/a",
    ] {
        let answer = get(format!("{blobs}{absent}")).send().await.unwrap();
        assert!(
            matches!(answer.status().as_u16(), 401 | 404),
            "{absent}: {}",
            answer.status()
        );
    }
}

#[tokio::test]
async fn a_log_needs_a_token_for_storage_or_the_accounts_key() {
    let (far_end, account, blobs) = built().await;
    let list = format!("{blobs}packerlogs?comp=list&restype=container");
    let none = far_end.client.get(&list).send().await.unwrap();
    assert_eq!(none.status(), StatusCode::UNAUTHORIZED);
    assert!(
        none.headers()["www-authenticate"]
            .to_str()
            .unwrap()
            .contains("resource_id=https://storage.azure.com")
    );
    let other_audience = far_end
        .request(&far_end.client, Method::GET, &list)
        .send()
        .await
        .unwrap();
    assert_eq!(other_audience.status(), StatusCode::FORBIDDEN);

    let keys = far_end
        .post(&format!("{account}/listKeys?api-version={STORAGE}"))
        .await
        .expect(200);
    let key = STANDARD.decode(keys.text("/keys/0/value")).unwrap();
    let name = account.rsplit('/').next().unwrap();
    let date = jiff::fmt::rfc2822::DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&jiff::Timestamp::now())
        .unwrap();
    let text = format!(
        "GET\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:{date}\nx-ms-version:2021-12-02\n/{name}/{name}/packerlogs\ncomp:list\nrestype:container"
    );
    for (key, status) in [
        (key.as_slice(), StatusCode::OK),
        (b"another key", StatusCode::FORBIDDEN),
    ] {
        let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes());
        let signed = far_end
            .client
            .get(&list)
            .header("x-ms-date", &date)
            .header("x-ms-version", "2021-12-02")
            .header(
                "authorization",
                format!("SharedKey {name}:{}", STANDARD.encode(signature)),
            );
        assert_eq!(signed.send().await.unwrap().status(), status);
    }
}

#[tokio::test]
async fn a_long_log_goes_out_in_pieces_and_a_head_reads_nothing() {
    const LENGTH: u64 = 128 * 1024 * 1024;
    let (far_end, _, blobs) = built().await;
    let token = far_end.token_for("https://storage.azure.com").await;
    let list = far_end
        .client
        .get(format!("{blobs}packerlogs?comp=list&restype=container"));
    let list = list.bearer_auth(&token).send().await.unwrap().text().await.unwrap();
    let name = log_in(&list);
    let staging = std::fs::read_dir(far_end.folder.path().join("root/staging")).unwrap();
    let log = staging.map(|group| group.unwrap().path().join("packerlogs").join(name));
    let log = log.into_iter().find(|log| log.exists()).unwrap();
    std::fs::File::options()
        .write(true)
        .open(log)
        .unwrap()
        .set_len(LENGTH)
        .unwrap();

    let before = far_end.peak_memory();
    let url = format!("{blobs}packerlogs/{name}");
    let head = far_end.client.head(&url).bearer_auth(&token).send().await.unwrap();
    assert_eq!(head.headers()["content-length"], LENGTH.to_string().as_str());
    let mut whole = far_end.client.get(&url).bearer_auth(&token).send().await.unwrap();
    let mut length = 0;
    while let Some(piece) = whole.chunk().await.unwrap() {
        length += piece.len() as u64;
    }
    assert_eq!(length, LENGTH);
    let grown = far_end.peak_memory() - before;
    assert!(grown < LENGTH / 4, "{grown} bytes more");
}
