//! Arguments, environment and defaults.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path as FilePath;
use std::time::Duration;

use super::super::local_configuration::MirrorsConfiguration;
use super::*;

fn environment<'a>(variables: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
    |name| {
        variables
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| (*value).to_owned())
    }
}

fn with_local(local: LocalConfiguration) -> Configuration {
    Configuration {
        local: Attr::Known(local),
        ..Configuration::default()
    }
}

fn local(settings: Settings) -> LocalSettings {
    match settings.backend {
        BackendSettings::Local(local) => local,
        BackendSettings::Azure(azure) => panic!("{azure:?}"),
    }
}

fn refusal(configuration: Configuration, variables: &[(&str, &str)]) -> (String, String) {
    let refusal = resolve(configuration, environment(variables)).unwrap_err();
    (refusal.0[0].attribute.to_string(), refusal.0[0].detail.clone())
}

#[test]
fn without_any_argument_the_local_backend_is_used() {
    let settings = resolve(Configuration::default(), environment(&[("HOME", "/home/me")])).unwrap();
    assert_eq!(settings.subscription_id, Uuid::nil());
    assert_eq!(
        local(settings).root,
        FilePath::new("/home/me/.local/share/imagebuilder")
    );
    let settings = resolve(
        Configuration::default(),
        environment(&[("HOME", "/home/me"), ("XDG_DATA_HOME", "/xdg")]),
    )
    .unwrap();
    assert_eq!(local(settings).root, FilePath::new("/xdg/imagebuilder"));
}

#[test]
fn arguments_win_over_the_environment() {
    let variables = [
        ("IMAGEBUILDER_LOCAL_ROOT", "/from/variable"),
        ("ARM_SUBSCRIPTION_ID", "00000000-0000-0000-0000-000000000001"),
    ];
    let settings = resolve(Configuration::default(), environment(&variables)).unwrap();
    assert_eq!(settings.subscription_id, Uuid::from_u128(1));
    assert_eq!(local(settings).root, FilePath::new("/from/variable"));
    let configuration = Configuration {
        subscription_id: Attr::from("00000000-0000-0000-0000-000000000002"),
        ..with_local(LocalConfiguration {
            root: Attr::from("/from/argument"),
            ..LocalConfiguration::default()
        })
    };
    let settings = resolve(configuration, environment(&variables)).unwrap();
    assert_eq!(settings.subscription_id, Uuid::from_u128(2));
    assert_eq!(local(settings).root, FilePath::new("/from/argument"));
}

#[test]
fn a_backend_that_is_not_there_is_refused_with_where_it_was_chosen() {
    let (path, detail) = refusal(Configuration::default(), &[("IMAGEBUILDER_BACKEND", "gcp")]);
    assert_eq!(path, "backend");
    assert!(
        detail.contains("\"gcp\"") && detail.contains("IMAGEBUILDER_BACKEND") && detail.contains("\"azure\""),
        "{detail}"
    );
}

#[test]
fn what_is_written_for_the_other_backend_is_accepted_and_not_looked_at() {
    let both = |backend: &str| Configuration {
        backend: Attr::from(backend),
        subscription_id: Attr::from("00000000-0000-0000-0000-000000000001"),
        azure: AzureConfiguration {
            environment: Attr::from("custom"),
            client_secret: if backend == "local" { Attr::Unknown } else { Attr::Null },
            ..AzureConfiguration::default()
        },
        local: Attr::Known(LocalConfiguration {
            root: if backend == "azure" { Attr::Unknown } else { Attr::Null },
            ..LocalConfiguration::default()
        }),
        ..Configuration::default()
    };
    // On azure no folder is needed, and on the local backend no description of a cloud.
    assert!(resolve(both("local"), environment(&[("HOME", "/")])).is_ok());
    let (path, _) = refusal(both("azure"), &[]);
    assert_eq!(path, "environment");
    let variables = [
        ("ARM_METADATA_HOSTNAME", "localhost:1"),
        ("IMAGEBUILDER_BACKEND", "local"),
    ];
    let settings = resolve(both("azure"), environment(&variables)).unwrap();
    assert!(matches!(settings.backend, BackendSettings::Azure(_)), "{settings:?}");
}

#[test]
fn azure_needs_a_subscription_and_the_local_backend_has_one() {
    let (path, detail) = refusal(Configuration::default(), &[("IMAGEBUILDER_BACKEND", "azure")]);
    assert_eq!(path, "subscription_id");
    assert!(
        detail.contains("ARM_SUBSCRIPTION_ID") && detail.contains("az account list"),
        "{detail}"
    );
    let settings = resolve(Configuration::default(), environment(&[("HOME", "/")])).unwrap();
    assert_eq!(settings.subscription_id, Uuid::nil());
}

#[test]
fn an_argument_that_is_not_known_yet_is_named() {
    let configuration = with_local(LocalConfiguration {
        root: Attr::Unknown,
        ..LocalConfiguration::default()
    });
    let (path, detail) = refusal(configuration, &[("HOME", "/")]);
    assert_eq!(path, "local.root");
    assert!(detail.contains("-target"), "{detail}");
    let undecided = Configuration {
        backend: Attr::Unknown,
        ..Configuration::default()
    };
    assert_eq!(refusal(undecided, &[("HOME", "/")]).0, "backend");
    let tags = Attr::Known(BTreeMap::from([("team".to_owned(), Attr::Unknown)]));
    let (path, _) = refusal(
        Configuration {
            default_tags: tags,
            ..Configuration::default()
        },
        &[("HOME", "/")],
    );
    assert_eq!(path, "default_tags[\"team\"]");
}

#[test]
fn without_a_home_the_way_out_is_named() {
    let (path, detail) = refusal(Configuration::default(), &[]);
    assert_eq!(path, "local.root");
    assert!(detail.contains("IMAGEBUILDER_LOCAL_ROOT"), "{detail}");
}

#[test]
fn ages_and_mirrors_of_the_local_backend_are_taken_as_written() {
    let local = LocalConfiguration {
        layer_max_age: Attr::from("90m"),
        mirrors: Attr::Known(MirrorsConfiguration {
            debian: Attr::from("http://mirror.example/debian"),
            ..MirrorsConfiguration::default()
        }),
        ..LocalConfiguration::default()
    };
    let settings = self::local(resolve(with_local(local), environment(&[("HOME", "/")])).unwrap());
    assert_eq!(settings.layer_max_age, Some(Duration::from_secs(90 * 60)));
    assert_eq!(settings.mirrors.debian.as_deref(), Some("http://mirror.example/debian"));
    assert_eq!(
        (settings.mirrors.debian_security, settings.mirrors.ubuntu),
        (None, None)
    );
}

#[test]
fn a_subscription_is_a_uuid() {
    let (path, detail) = refusal(
        Configuration::default(),
        &[("HOME", "/"), ("ARM_SUBSCRIPTION_ID", "mine")],
    );
    assert_eq!(path, "subscription_id");
    assert!(
        detail.contains("\"mine\"") && detail.contains("ARM_SUBSCRIPTION_ID"),
        "{detail}"
    );
}
