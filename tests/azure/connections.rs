//! Connections that fail: each way is told apart, since each has another way out.

use std::error::Error as StdError;

use terraform_provider_imagebuilder::backend::TransportErrorKind;
use terraform_provider_imagebuilder::backend::azure::HttpClient;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::far_end::{Answer, FarEnd};
use crate::requests::{get, get_through, transport};

fn whole(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

#[tokio::test]
async fn a_certificate_that_is_not_good_is_told_with_why_and_not_tried_again() {
    let other = FarEnd::start([]).await;
    let named = FarEnd::with_certificate(&["arm.example"], 2099, []).await;
    let expired = FarEnd::with_certificate(&["127.0.0.1"], 2021, []).await;
    let own = FarEnd::start([]).await;
    for (far_end, client, words) in [
        (&own, other.client(), "SSL_CERT_FILE"),
        (&named, named.client(), "another host"),
        (&expired, expired.client(), "clock"),
    ] {
        let error = get_through(far_end, client, "/").await.unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::Unusable, "{}", whole(&error));
        assert!(error.to_string().contains(words), "{}", whole(&error));
        assert!(error.to_string().contains(&far_end.address.to_string()), "{error}");
        assert!(far_end.seen().is_empty());
    }
}

#[tokio::test]
async fn what_was_not_sent_is_told_from_what_was_not_answered() {
    let far_end = FarEnd::start([Answer::Nothing, Answer::json(200, "{\"whole\": true}").cut_by(4)]).await;
    let transport = transport(&far_end);
    for _ in 0..2 {
        let error = get(&transport, "/").await.unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::Interrupted, "{}", whole(&error));
    }
    assert_eq!(far_end.seen().len(), 2);
    // A port that nobody listens on any more.
    let mut gone = FarEnd::start([]).await;
    gone.address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let error = get_through(&gone, gone.client(), "/").await.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::NotSent, "{}", whole(&error));
}

#[tokio::test]
async fn a_proxy_of_the_environment_is_used_but_never_for_this_machine() {
    let proxy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", proxy.local_addr().unwrap());
    let asked = tokio::spawn(async move {
        let (mut stream, _) = proxy.accept().await.unwrap();
        let mut head = [0; 1024];
        let count = stream.read(&mut head).await.unwrap();
        stream.write_all(b"HTTP/1.1 403 Forbidden\r\n\r\n").await.unwrap();
        String::from_utf8_lossy(&head[..count]).into_owned()
    });
    let far_end = FarEnd::start([Answer::json(200, "{}")]).await;
    let client = far_end.client_with(&[("HTTPS_PROXY", &address)]);
    let answer = get_through(&far_end, client.clone(), "/").await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    let refused = client
        .get()
        .unwrap()
        .get("https://arm.example/")
        .send()
        .await
        .unwrap_err();
    assert!(refused.is_connect(), "{}", whole(&refused));
    let asked = asked.await.unwrap();
    assert!(asked.starts_with("CONNECT arm.example:443 "), "{asked}");
}

#[tokio::test]
async fn an_environment_that_cannot_be_used_names_its_variable_and_no_password() {
    let client = |name: &'static str, value: &'static str| {
        HttpClient::new(move |asked| (asked == name).then(|| value.to_owned()))
    };
    for (name, value) in [
        ("SSL_CERT_FILE", "/nonexistent/ca.pem"),
        ("SSL_CERT_FILE", "/dev/null"),
        ("HTTPS_PROXY", "http://me:planted@[proxy"),
    ] {
        let error = client(name, value).get().unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::Unusable);
        assert!(error.to_string().contains(name), "{error}");
        assert!(!format!("{error:?} {}", whole(&error)).contains("planted"), "{error:?}");
    }
}
