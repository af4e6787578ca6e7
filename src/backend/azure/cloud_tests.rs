//! Clouds by name, and addresses that are refused.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;

#[test]
fn the_three_clouds_are_known_by_azurerms_names() {
    for (name, host, scope) in [
        (
            "public",
            "management.azure.com",
            "https://management.azure.com/.default",
        ),
        (
            "usgovernment",
            "management.usgovcloudapi.net",
            "https://management.usgovcloudapi.net/.default",
        ),
        (
            "China",
            "management.chinacloudapi.cn",
            "https://management.chinacloudapi.cn/.default",
        ),
    ] {
        let cloud = Cloud::named(name).unwrap();
        assert_eq!(cloud.resource_manager.host_str(), Some(host));
        assert_eq!(cloud.scope(), scope);
    }
    let error = Cloud::named("german").unwrap_err();
    assert_eq!(error.kind(), CloudErrorKind::UnknownName);
    assert!(error.to_string().contains("\"usgovernment\""), "{error}");
}

#[test]
fn a_resource_manager_on_another_host_is_another_cloud() {
    let endpoints = |text: &str| Endpoints {
        resource_manager: Some(text.to_owned()),
        ..Endpoints::default()
    };
    let same = Cloud::named("public")
        .unwrap()
        .with_endpoints(&endpoints("https://management.azure.com/"))
        .unwrap();
    assert_eq!(
        (same.name.as_str(), same.scope().as_str()),
        ("public", "https://management.azure.com/.default")
    );
    let other = Cloud::named("public")
        .unwrap()
        .with_endpoints(&endpoints("https://management.local.azurestack.external/"))
        .unwrap();
    assert_eq!(other.name, "management.local.azurestack.external");
    assert_eq!(other.scope(), "https://management.local.azurestack.external/.default");
}

#[test]
fn a_cloud_of_its_own_is_described_by_its_addresses() {
    let mut endpoints = Endpoints {
        resource_manager: Some("https://arm.example:8443/".to_owned()),
        authority: Some("https://login.example".to_owned()),
        audience: None,
    };
    let cloud = Cloud::at(&endpoints).unwrap();
    assert_eq!(
        (cloud.name.as_str(), cloud.scope().as_str()),
        ("arm.example", "https://arm.example:8443/.default")
    );
    endpoints.authority = None;
    assert_eq!(Cloud::at(&endpoints).unwrap_err().kind(), CloudErrorKind::BadAddress);
}

#[test]
fn plain_http_is_for_this_machine_alone() {
    for local in [
        "http://localhost:8080",
        "http://127.0.0.1:1/",
        "http://[::1]:1",
        "https://arm.example",
    ] {
        assert!(address(local).is_ok(), "{local}");
    }
    for remote in [
        "http://arm.example",
        "http://127.0.0.1.example",
        "http://localhost.example:80",
    ] {
        let error = address(remote).unwrap_err();
        assert_eq!(error.kind(), CloudErrorKind::Unencrypted, "{remote}");
        assert!(error.to_string().contains("https://"), "{error}");
    }
}

#[test]
fn what_is_no_address_is_refused_and_its_password_is_not_repeated() {
    for bad in [
        "",
        "management.azure.com",
        "ftp://arm.example",
        "https://",
        "https://h/?a=b",
        "https://h/#a",
    ] {
        assert_eq!(address(bad).unwrap_err().kind(), CloudErrorKind::BadAddress, "{bad}");
    }
    let error = address("https://me:planted@arm.example").unwrap_err();
    assert!(!format!("{error} {error:?}").contains("planted"), "{error:?}");
}
