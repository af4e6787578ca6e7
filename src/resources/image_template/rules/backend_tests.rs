//! The local backend warns of what it cannot build; Azure is not given what only the local one can read.

use std::path::PathBuf;

use super::super::super::distribute::{Distribution, VhdTarget};
use super::super::super::samples::{file, script, template};
use super::*;

fn azure() -> Origin {
    Origin::Azure {
        cloud: "public".to_owned(),
        tenant: "t".to_owned(),
    }
}

fn local() -> Origin {
    Origin::Local {
        root: uuid::Uuid::nil(),
        directory: PathBuf::new(),
    }
}

fn said(found: &Diagnostics) -> Vec<String> {
    found.iter().map(ToString::to_string).collect()
}

#[test]
fn azure_needs_an_identity_and_the_local_backend_none() {
    assert_eq!(
        said(&on_backend(&azure(), &template())),
        [
            "error: Missing identity (at identity): On Azure the service works with a user-assigned identity, which reads the source \
             and writes the results. Write `identity = { identity_ids = [\"/subscriptions/…/userAssignedIdentities/…\"] }`."
        ]
    );
    let mut later = template();
    later.identity = Attr::Unknown;
    assert!(on_backend(&azure(), &later).is_empty());
    assert!(on_backend(&local(), &template()).is_empty());
    let served = Origin::Azure {
        cloud: crate::arm::cloud::LOCAL.to_owned(),
        tenant: "t".to_owned(),
    };
    assert!(on_backend(&served, &template()).is_empty());
}

#[test]
fn azure_is_not_given_what_only_this_machine_can_read() {
    let mut template = template();
    template.identity = Attr::Unknown;
    template.customize = Attr::Known(vec![
        script("https://host/a.sh", None),
        script("file:///srv/a.sh", None),
        file("http://host/a?sig=SECRET", "/tmp/a"),
    ]);
    template.distribute = Attr::Known(vec![Attr::Known(Distribution {
        vhd: Attr::Known(VhdTarget {
            uri: Attr::from("file:///srv/a.vhd"),
        }),
        ..Distribution::default()
    })]);
    assert_eq!(
        said(&on_backend(&azure(), &template)),
        [
            "error: Address for the local backend (at customize[1].shell.script_uri): \"file:///srv/a.sh\" is a file of this machine, \
             which Azure cannot read. Put it into a storage account and write its \"https://\" URI.",
            "error: Address for the local backend (at customize[2].file.source_uri): \"http://host/a?(redacted)\" is fetched without \
             encryption, which the service does not do. Put it into a storage account and write its \"https://\" URI.",
            "error: Address for the local backend (at distribute[0].vhd.uri): \"file:///srv/a.vhd\" is a file of this machine, which \
             Azure cannot read. Put it into a storage account and write its \"https://\" URI.",
        ]
    );
    assert!(on_backend(&local(), &template).is_empty());
}
