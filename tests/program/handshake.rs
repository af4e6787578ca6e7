//! The binary as Terraform starts it: when it serves, and when it refuses with a reason.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Output, Stdio};

const MAGIC_COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

#[test]
fn a_wrong_cookie_exits_1_and_says_that_this_is_a_plugin() {
    let output = started_with("not the cookie", "5,6");
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty(), "standard output belongs to the handshake");
    assert!(text(&output).contains("plugin"), "{}", text(&output));
}

#[test]
fn a_terraform_that_does_not_speak_protocol_6_is_told_so() {
    let output = started_with(MAGIC_COOKIE, "4,5");
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty(), "standard output belongs to the handshake");
    assert!(
        text(&output).contains("protocol") && text(&output).contains('6'),
        "{}",
        text(&output)
    );
}

#[test]
fn the_handshake_is_one_line_with_a_socket_and_a_certificate() {
    let mut child = plugin(MAGIC_COOKIE, "5,6")
        .env("PLUGIN_CLIENT_CERT", include_str!("../../benches/terraform-client.pem"))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    child.kill().unwrap();
    child.wait().unwrap();

    let fields: Vec<&str> = line.trim_end().split('|').collect();
    assert_eq!(
        (fields[0], fields[1], fields[2], fields[4]),
        ("1", "6", "unix", "grpc"),
        "{line}"
    );
    assert!(
        fields[3].len() <= 107,
        "longer than a socket's address may be: {}",
        fields[3]
    );
    assert!(
        !fields[5].is_empty() && !fields[5].contains('='),
        "a certificate in base64 without padding: {line}"
    );
}

fn started_with(cookie: &str, versions: &str) -> Output {
    plugin(cookie, versions).output().unwrap()
}

fn plugin(cookie: &str, versions: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_terraform-provider-imagebuilder"));
    command
        .env("TF_PLUGIN_MAGIC_COOKIE", cookie)
        .env("PLUGIN_PROTOCOL_VERSIONS", versions)
        .stdin(Stdio::null());
    command
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
