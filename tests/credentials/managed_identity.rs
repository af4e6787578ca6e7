//! Managed identities, of a machine and of App Service.

use serde_json::json;
use terraform_provider_imagebuilder::backend::azure::CredentialErrorKind;
use terraform_provider_imagebuilder::backend::azure::credential::{AppService, Given, Login, ManagedIdentity};

use crate::endpoint::{Answer, Endpoint};
use crate::{CLIENT, entra, given, lasts, refusal, secret, token};

fn at(endpoint: &Endpoint, client_id: Given<String>) -> Login {
    Login {
        client_id,
        managed_identity: Some(ManagedIdentity {
            endpoint: Some(endpoint.url("/metadata/identity/oauth2/token")),
            app_service: None,
        }),
        ..Login::default()
    }
}

#[test]
fn a_machine_asks_its_metadata_service() {
    // Numbers are texts there.
    let body =
        json!({ "access_token": "of-machine", "expires_in": "86399", "expires_on": "1", "token_type": "Bearer" });
    let machine = Endpoint::answering(move |_| Answer::json(200, &body));
    let token_of_machine = token(&at(&machine, Given::default()), &entra::start()).unwrap();
    assert_eq!(token_of_machine.secret(), "of-machine");
    assert!(lasts(&token_of_machine) > 86_000);
    token(&at(&machine, given(CLIENT.to_owned())), &entra::start()).unwrap();
    let [system_assigned, user_assigned] = &machine.seen()[..] else {
        panic!("{:?}", machine.seen());
    };
    assert_eq!(
        (system_assigned.method.as_str(), system_assigned.header("metadata")),
        ("GET", Some("true"))
    );
    assert_eq!(system_assigned.parameter("api-version").as_deref(), Some("2018-02-01"));
    assert_eq!(
        system_assigned.parameter("resource").as_deref(),
        Some("https://management.azure.com")
    );
    assert_eq!(system_assigned.parameter("client_id"), None);
    assert_eq!(user_assigned.parameter("client_id").as_deref(), Some(CLIENT));
}

#[test]
fn app_service_proves_that_the_request_comes_from_inside() {
    let end = jiff::Timestamp::now().as_second() + 7200;
    let body = json!({ "access_token": "of-app", "expires_on": end.to_string(), "token_type": "Bearer" });
    let service = Endpoint::answering(move |_| Answer::json(200, &body));
    let login = Login {
        managed_identity: Some(ManagedIdentity {
            endpoint: None,
            app_service: Some(AppService {
                endpoint: service.url("/msi/token"),
                header: secret("planted-header"),
            }),
        }),
        ..Login::default()
    };
    let token = token(&login, &entra::start()).unwrap();
    assert_eq!((token.secret(), token.expires_at().as_second()), ("of-app", end));
    let asked = &service.seen()[0];
    assert_eq!(asked.header("x-identity-header"), Some("planted-header"));
    assert_eq!(
        (asked.header("metadata"), asked.parameter("api-version").as_deref()),
        (None, Some("2019-08-01"))
    );
}

#[test]
fn an_identity_that_is_not_there_and_a_service_that_is_not_ready_are_told_apart() {
    let refused = || json!({ "error": "invalid_request", "error_description": "Identity not found" });
    for (status, client_id, kind, says) in [
        (
            400,
            Given::default(),
            CredentialErrorKind::Refused,
            "no system-assigned managed identity here",
        ),
        (
            400,
            given(CLIENT.to_owned()),
            CredentialErrorKind::Refused,
            "with the client id \"00000000-",
        ),
        (410, Given::default(), CredentialErrorKind::Unreachable, "being updated"),
        (
            429,
            Given::default(),
            CredentialErrorKind::Unreachable,
            "no token was given",
        ),
        (
            503,
            Given::default(),
            CredentialErrorKind::Unreachable,
            "no token was given",
        ),
    ] {
        let machine = Endpoint::answering(move |_| Answer::json(status, &refused()));
        let (found, text) = refusal(&at(&machine, client_id), &entra::start());
        assert_eq!(found, kind, "{text}");
        assert!(text.contains("managed identity: ") && text.contains(says), "{text}");
    }
}
