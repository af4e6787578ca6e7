//! Whoever is signed in to the Azure CLI: a program named `az` on PATH, in whose place a script stands.
//!
//! PATH belongs to the process, so that each case is this test program once more, in a process of its own.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use tempfile::tempdir;
use terraform_provider_imagebuilder::backend::azure::credential::Login;

use crate::{TENANT, entra, lasts, token};

/// Prints the arguments that it was called with where `$CALLED` says, and a token.
const SIGNED_IN: &str = r#"#!/bin/sh
printf '%s\n' "$@" > "$CALLED"
echo '{"accessToken": "of-cli", "expiresOn": "2026-01-01 00:00:00.000000", "expires_on": 4102444800, "tenant": "t", "tokenType": "Bearer"}'
"#;

/// As versions before 2.54 answer.
const OLD: &str = r#"#!/bin/sh
echo '{"accessToken": "of-old-cli", "expiresOn": "2026-01-01 00:00:00.000000", "tenant": "t", "tokenType": "Bearer"}'
"#;

const SIGNED_OUT: &str = r#"#!/bin/sh
echo "ERROR: Please run 'az login' to setup account." >&2
exit 1
"#;

const STRANGE: &str = "#!/bin/sh\necho planted\n";

/// What the login by the Azure CLI amounts to in a process whose `az` is this script, if there is one.
fn with_program(script: Option<&str>) -> (String, String) {
    let folder = tempdir().unwrap();
    if let Some(script) = script {
        let program = folder.path().join("az");
        std::fs::write(&program, script).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let called = folder.path().join("called");
    // The script's own programs; no `az` is there that somebody has installed.
    let path = std::env::join_paths([folder.path(), Path::new("/bin")]).unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "azure_cli::signs_in_by_the_program_on_path",
            "--ignored",
            "--nocapture",
        ])
        .env("PATH", path)
        .env("CALLED", &called)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    let told = text
        .split("told: ")
        .nth(1)
        .unwrap()
        .split("\nend of it")
        .next()
        .unwrap();
    assert!(!text.contains("planted"), "{text}");
    (told.to_owned(), std::fs::read_to_string(called).unwrap_or_default())
}

#[test]
#[ignore = "run by the other tests of this file, with a PATH of their own"]
fn signs_in_by_the_program_on_path() {
    let login = Login {
        tenant_id: Some(TENANT.to_owned()),
        azure_cli: true,
        ..Login::default()
    };
    let told = match token(&login, &entra::start()) {
        Ok(token) => format!("{} for {}", token.secret(), lasts(&token)),
        Err(error) => format!("{:?} {error}", error.kind()),
    };
    eprintln!("told: {told}\nend of it");
}

#[test]
fn the_program_is_asked_for_a_token_of_the_tenant() {
    let (told, arguments) = with_program(Some(SIGNED_IN));
    let seconds: i64 = told.strip_prefix("of-cli for ").unwrap().parse().unwrap();
    assert!(seconds > 1_000_000, "{seconds}");
    let asked = "account\nget-access-token\n--output\njson\n--scope\nhttps://management.azure.com/.default\n--tenant\ntenant.example\n";
    assert_eq!(arguments, asked);
}

#[test]
fn a_token_of_an_old_program_is_used_for_the_minutes_that_are_sure() {
    let (told, _) = with_program(Some(OLD));
    let seconds: i64 = told.strip_prefix("of-old-cli for ").unwrap().parse().unwrap();
    assert!((200..=300).contains(&seconds), "{seconds}");
}

#[test]
fn a_program_that_is_missing_signed_out_or_strange_is_told() {
    let (told, _) = with_program(None);
    assert!(
        told.starts_with("Unavailable") && told.contains("az is not on PATH"),
        "{told}"
    );
    let (told, _) = with_program(Some(SIGNED_OUT));
    assert!(
        told.starts_with("Unavailable") && told.contains("Please run 'az login'"),
        "{told}"
    );
    let (told, _) = with_program(Some(STRANGE));
    assert!(
        told.starts_with("BadAnswer") && told.contains("az account get-access-token"),
        "{told}"
    );
}
