//! The order of the ways, and what an error tells of those that were tried and those that were not.

use terraform_provider_imagebuilder::backend::azure::CredentialErrorKind;
use terraform_provider_imagebuilder::backend::azure::credential::{Login, ManagedIdentity, Oidc};

use crate::endpoint::{Answer, Endpoint};
use crate::{application, entra, given, refusal, secret, token};

#[test]
fn without_any_login_every_way_is_named_with_what_it_lacks() {
    let (kind, text) = refusal(&Login::default(), &entra::start());
    assert_eq!(kind, CredentialErrorKind::Unavailable);
    let order = [
        "- client certificate: not set up: no client_certificate (ARM_CLIENT_CERTIFICATE)",
        "- client secret: not set up: no client_secret (ARM_CLIENT_SECRET)",
        "- OpenID Connect: not set up: use_oidc (ARM_USE_OIDC) is not set",
        "- AKS workload identity: not set up: use_aks_workload_identity",
        "- managed identity: not set up: use_msi (ARM_USE_MSI) is not set",
        "- Azure CLI: not set up: use_cli (ARM_USE_CLI) is false",
    ];
    let places: Vec<_> = order
        .iter()
        .map(|line| text.find(line).unwrap_or_else(|| panic!("{line}: {text}")))
        .collect();
    assert!(places.is_sorted(), "{text}");
}

#[test]
fn a_way_that_is_half_set_up_says_what_it_lacks() {
    for (login, lacks) in [
        (
            Login {
                tenant_id: None,
                client_secret: given(secret(entra::SECRET)),
                ..application()
            },
            "client secret: not set up: no tenant_id (ARM_TENANT_ID)",
        ),
        (
            Login {
                oidc: Some(Oidc::default()),
                ..application()
            },
            "\"id-token: write\"",
        ),
    ] {
        let (_, text) = refusal(&login, &entra::start());
        assert!(text.contains(lacks), "{text}");
    }
}

#[test]
fn a_secret_goes_before_an_id_token_and_nobody_else_is_asked() {
    let login = Login {
        client_secret: given(secret(entra::SECRET)),
        oidc: Some(Oidc {
            token: Some(secret(entra::ID_TOKEN)),
            ..Oidc::default()
        }),
        ..application()
    };
    let entra = entra::start();
    assert_eq!(token(&login, &entra).unwrap().secret(), "token-for-secret");
    assert_eq!(entra.seen().len(), 1);
}

#[test]
fn who_was_refused_does_not_go_on_as_somebody_else() {
    let machine =
        Endpoint::answering(|_| Answer::json(200, &serde_json::json!({ "access_token": "t", "expires_in": 9 })));
    let login = Login {
        client_secret: given(secret(entra::EXPIRED_SECRET)),
        managed_identity: Some(ManagedIdentity {
            endpoint: Some(machine.url("/token")),
            app_service: None,
        }),
        azure_cli: true,
        ..application()
    };
    let (kind, text) = refusal(&login, &entra::start());
    assert_eq!(kind, CredentialErrorKind::Refused);
    assert!(
        text.contains("Not tried after that: OpenID Connect, AKS workload identity, managed identity, Azure CLI."),
        "{text}"
    );
    assert!(machine.seen().is_empty());
}

#[test]
fn a_machine_without_a_managed_identity_leaves_the_word_to_the_next_way() {
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let login = Login {
        managed_identity: Some(ManagedIdentity {
            endpoint: Some(format!("http://{free}/token")),
            app_service: None,
        }),
        ..Login::default()
    };
    let (kind, text) = refusal(&login, &entra::start());
    assert_eq!(kind, CredentialErrorKind::Unavailable);
    assert!(
        text.contains("managed identity: no answer from 127.0.0.1") && text.contains("Azure CLI: not set up"),
        "{text}"
    );
}
