//! A service principal with a secret.

use tempfile::tempdir;
use terraform_provider_imagebuilder::backend::azure::CredentialErrorKind;
use terraform_provider_imagebuilder::backend::azure::credential::{Given, Login};

use crate::endpoint::Endpoint;
use crate::{CLIENT, TENANT, application, entra, given, in_file, lasts, refusal, secret, token, token_from};

fn with_secret(text: &str) -> Login {
    Login {
        client_secret: given(secret(text)),
        ..application()
    }
}

#[test]
fn a_secret_is_changed_into_a_token_that_lasts_as_long_as_the_answer_says() {
    let entra = entra::start();
    let token = token(&with_secret(entra::SECRET), &entra).unwrap();
    assert_eq!(token.secret(), "token-for-secret");
    assert!((3500..=3599).contains(&lasts(&token)), "{}", lasts(&token));
    assert_eq!(entra.seen().len(), 1);
}

#[test]
fn secret_and_client_id_can_lie_in_files_that_are_read_anew_for_each_token() {
    let folder = tempdir().unwrap();
    let (id, password) = (folder.path().join("id"), folder.path().join("secret"));
    std::fs::write(&id, format!("{CLIENT}\n")).unwrap();
    std::fs::write(&password, format!("{}\n", entra::EXPIRED_SECRET)).unwrap();
    let login = Login {
        client_id: in_file(id),
        client_secret: in_file(&password),
        ..application()
    };
    let entra = entra::start();
    assert!(refusal(&login, &entra).1.contains("AADSTS7000222"));
    std::fs::write(&password, entra::SECRET).unwrap();
    assert_eq!(token(&login, &entra).unwrap().secret(), "token-for-secret");
}

#[test]
fn what_is_wrong_is_told_with_its_way_out_and_without_the_secret() {
    let wrong_tenant = Login {
        tenant_id: Some("other.example".to_owned()),
        ..with_secret(entra::SECRET)
    };
    let wrong_client = Login {
        client_id: given("00000000-0000-0000-0000-000000000bad".to_owned()),
        ..with_secret(entra::SECRET)
    };
    for (login, says) in [
        (
            with_secret("planted-wrong-secret"),
            ["AADSTS7000215", "takes the secret's value"],
        ),
        (
            with_secret(entra::EXPIRED_SECRET),
            ["AADSTS7000222", "az ad app credential reset --id"],
        ),
        (wrong_tenant, ["AADSTS90002", "There is no tenant \"other.example\""]),
        (wrong_client, ["AADSTS700016", "ARM_CLIENT_ID"]),
    ] {
        let (kind, text) = refusal(&login, &entra::start());
        assert_eq!(kind, CredentialErrorKind::Refused);
        assert!(says.iter().all(|words| text.contains(words)), "{text}");
    }
}

#[test]
fn files_that_are_missing_empty_or_at_odds_with_the_argument_are_named() {
    let folder = tempdir().unwrap();
    let missing = folder.path().join("missing");
    let other = folder.path().join("other");
    std::fs::write(&other, "planted-other").unwrap();
    let empty = folder.path().join("empty");
    std::fs::write(&empty, "\n").unwrap();
    let both = Given {
        value: Some(secret(entra::SECRET)),
        file: Some(other),
    };
    for (given, says) in [
        (in_file(&missing), "cannot be read: No such file"),
        (in_file(&empty), "is empty"),
        (both, "say different things"),
    ] {
        let login = Login {
            client_secret: given,
            ..application()
        };
        let entra = entra::start();
        let (kind, text) = refusal(&login, &entra);
        assert_eq!(kind, CredentialErrorKind::Unusable);
        assert!(text.contains(says) && text.contains("client_secret"), "{text}");
        assert!(entra.seen().is_empty());
    }
}

#[test]
fn an_authority_with_a_path_keeps_it() {
    let entra = Endpoint::answering(|_| entra::granted("token"));
    token_from(&with_secret(entra::SECRET), &entra.url("/adfs/")).unwrap();
    assert_eq!(entra.seen()[0].target, format!("/adfs/{TENANT}/oauth2/v2.0/token"));
}
