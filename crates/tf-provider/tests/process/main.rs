//! The plugin as a process: handshake, mutual TLS, signals, end. What is started is the `notebook` example.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod plugin;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rustix::process::Signal;
use serde_json::Value as Json;
use tf_provider::proto::plugin::Empty;
use tf_provider::proto::plugin::grpc_controller_client::GrpcControllerClient;
use tf_provider::proto::plugin::grpc_stdio_client::GrpcStdioClient;
use tf_provider::proto::tfplugin6::provider_client::ProviderClient;
use tf_provider::proto::tfplugin6::{get_provider_schema, list_resource};
use tonic::Code;
use tonic::transport::Channel;

use plugin::{Client, Plugin, refused};

async fn schemas(channel: Channel) -> usize {
    let request = get_provider_schema::Request::default();
    let schema = ProviderClient::new(channel)
        .get_provider_schema(request)
        .await
        .unwrap()
        .into_inner();
    schema.resource_schemas.len()
}

#[tokio::test]
async fn without_the_right_cookie_the_process_ends_with_1_and_says_why() {
    for cookie in [None, Some("wrong")] {
        let (code, stdout, stderr) = refused(&[("TF_PLUGIN_MAGIC_COOKIE", cookie)]).await;
        assert_eq!((code, stdout.as_str()), (Some(1), ""));
        assert!(stderr.contains("This binary is a Terraform plugin"), "{stderr}");
    }
}

#[tokio::test]
async fn another_protocol_version_is_refused_with_the_reason() {
    let (code, stdout, stderr) = refused(&[("PLUGIN_PROTOCOL_VERSIONS", Some("4,5"))]).await;
    assert_eq!((code, stdout.as_str()), (Some(1), ""));
    assert!(
        stderr.contains("speaks plugin protocol 6") && stderr.contains("\"4,5\""),
        "{stderr}"
    );
}

#[tokio::test]
async fn a_certificate_that_is_none_is_refused_with_the_reason() {
    let (code, stdout, stderr) = refused(&[("PLUGIN_CLIENT_CERT", Some("no certificate"))]).await;
    assert_eq!((code, stdout.as_str()), (Some(1), ""));
    assert!(stderr.contains("PLUGIN_CLIENT_CERT"), "{stderr}");
}

#[tokio::test]
async fn the_pinned_client_is_served_until_it_asks_for_the_end() {
    let client = Client::new();
    let mut plugin = Plugin::start(Some(&client), &[]).await;
    let socket = plugin.socket().to_owned();
    let folder = socket.parent().unwrap();
    assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    let channel = plugin.connect(Some(&client)).await.unwrap();
    assert_eq!(schemas(channel.clone()).await, 1);

    // A stream that Terraform keeps open must not hold up the end.
    let stream = GrpcStdioClient::new(channel.clone()).stream_stdio(()).await.unwrap();
    GrpcControllerClient::new(channel).shutdown(Empty {}).await.unwrap();
    assert_eq!(plugin.end().await, Some(0));
    drop(stream);
    assert!(!folder.exists(), "the socket's folder is left behind");
}

#[tokio::test]
async fn nobody_but_the_pinned_client_is_served() {
    let client = Client::new();
    let plugin = Plugin::start(Some(&client), &[]).await;
    let request = get_provider_schema::Request::default;
    for (who, stranger) in [
        ("another certificate", Some(Client::new())),
        ("no certificate", Some(Client::anonymous())),
        ("plaintext", None),
    ] {
        // TLS 1.3 tells a client of its refusal only when it reads: the connection, or the first call on it, fails.
        if let Ok(channel) = plugin.connect(stranger.as_ref()).await {
            let called = ProviderClient::new(channel).get_provider_schema(request()).await;
            assert!(called.is_err(), "a client with {who} was served");
        }
    }
    assert_eq!(schemas(plugin.connect(Some(&client)).await.unwrap()).await, 1);
}

#[tokio::test]
async fn without_a_client_certificate_the_connection_is_plaintext() {
    let plugin = Plugin::start(None, &[]).await;
    assert!(plugin.line().ends_with("|grpc|"), "{}", plugin.line());
    assert_eq!(schemas(plugin.connect(None).await.unwrap()).await, 1);
}

#[tokio::test]
async fn an_interrupt_is_left_to_terraform_and_a_termination_ends_the_process() {
    let mut plugin = Plugin::start(None, &[]).await;
    plugin.signal(Signal::INT);
    let channel = plugin.connect(None).await.unwrap();
    assert_eq!(schemas(channel.clone()).await, 1);
    plugin.signal(Signal::INT);
    assert_eq!(schemas(channel).await, 1);
    let folder = plugin.socket().parent().unwrap().to_owned();
    plugin.signal(Signal::TERM);
    assert_eq!(plugin.end().await, Some(0));
    assert!(!folder.exists(), "the socket's folder is left behind");
}

#[tokio::test]
async fn the_socket_is_made_where_terraform_wants_it() {
    let folder = tempfile::tempdir().unwrap();
    let plugin = Plugin::start(None, &[("PLUGIN_UNIX_SOCKET_DIR", folder.path().to_str())]).await;
    assert!(plugin.socket().starts_with(folder.path()));

    let long = folder.path().join("x".repeat(100));
    std::fs::create_dir(&long).unwrap();
    let (code, _, stderr) = refused(&[("PLUGIN_UNIX_SOCKET_DIR", long.to_str())]).await;
    assert_eq!(code, Some(1));
    assert!(stderr.contains("longer than 107 bytes"), "{stderr}");
    assert_eq!(std::fs::read_dir(&long).unwrap().count(), 0, "a folder is left behind");
}

#[tokio::test]
async fn calls_of_a_newer_terraform_answer_unimplemented() {
    let plugin = Plugin::start(None, &[]).await;
    let mut client = ProviderClient::new(plugin.connect(None).await.unwrap());
    let answered = client.list_resource(list_resource::Request::default()).await;
    assert_eq!(answered.unwrap_err().code(), Code::Unimplemented);
}

#[tokio::test]
async fn logs_are_json_lines_at_the_level_asked_for_and_nothing_otherwise() {
    for (level, expected) in [("TRACE", true), ("OFF", false)] {
        let mut plugin = Plugin::start(None, &[("TF_LOG", Some(level))]).await;
        schemas(plugin.connect(None).await.unwrap()).await;
        plugin.signal(Signal::TERM);
        plugin.end().await;
        let stderr = plugin.stderr().await;
        for line in stderr.lines() {
            let line: Json = serde_json::from_str(line).expect("a line that is not JSON");
            assert!(line["@message"].is_string() && line["@timestamp"].is_string());
        }
        assert_eq!(stderr.contains("SIGTERM"), expected, "{stderr}");
    }
}

#[tokio::test]
async fn reattach_mode_prints_what_terraform_needs_and_ends_with_the_first_interrupt() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("reattach");
    let mut plugin = Plugin::reattach(&socket).await;
    let value = plugin
        .line()
        .strip_prefix("TF_REATTACH_PROVIDERS='")
        .unwrap()
        .strip_suffix('\'')
        .unwrap();
    let value: Json = serde_json::from_str(value).unwrap();
    let entry = &value["registry.terraform.io/example/notebook"];
    assert_eq!(entry["ProtocolVersion"], 6);
    assert_eq!(Path::new(entry["Addr"]["String"].as_str().unwrap()), socket);
    assert_eq!(schemas(plugin::connect_to(&socket, None).await.unwrap()).await, 1);
    plugin.signal(Signal::INT);
    assert_eq!(plugin.end().await, Some(0));
    assert!(!socket.exists(), "the socket is left behind");
}
