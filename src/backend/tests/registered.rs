//! Resource providers that the subscription is not registered for.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::{Value, json};

use super::script::{Script, Step, on, template};
use crate::arm::id::GalleryId;
use crate::backend::ErrorKind;

const GALLERY: &str = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/galleries/g";

fn missing() -> Value {
    json!({"error": {"code": "MissingSubscriptionRegistration", "message": "The subscription is not registered."}})
}

fn provider(method: &str, name: &str) -> String {
    let action = if method == "POST" { "/register" } else { "" };
    format!("{method} /subscriptions/s/providers/{name}{action}?api-version=2025-04-01")
}

fn state(state: &str) -> Step {
    Step::json(200, &json!({"registrationState": state}))
}

#[tokio::test(start_paused = true)]
async fn a_missing_registration_is_made_once_it_is_told_of_and_the_request_repeated() {
    let id = GalleryId::new("s", "rg", "g").unwrap();
    let put = || format!("PUT {GALLERY}?api-version=2025-03-03");
    let script = Script::new([
        (put(), Step::json(409, &missing())),
        (provider("GET", "Microsoft.Compute"), state("NotRegistered")),
        (provider("POST", "Microsoft.Compute"), state("Registering")),
        (provider("GET", "Microsoft.Compute"), state("Registering")),
        (provider("GET", "Microsoft.Compute"), state("Registered")),
        // Told before the region knows of it.
        (put(), Step::json(409, &missing())),
        (put(), Step::json(409, &missing())),
        (put(), Step::json(200, &json!({"id": GALLERY}))),
    ]);
    let client = script.client().registering_providers(true);
    client.put(&id, &json!({})).await.unwrap();
    script.assert_played();
    assert!(
        script.pauses()[5..].iter().all(|pause| !pause.is_zero()),
        "{:?}",
        script.pauses()
    );
}

#[tokio::test(start_paused = true)]
async fn for_image_builder_everything_that_builds_need_is_registered_too() {
    let names = [
        "VirtualMachineImages",
        "Compute",
        "ContainerInstance",
        "KeyVault",
        "Network",
        "Storage",
    ];
    let mut steps = vec![(on("PUT"), Step::json(409, &missing()))];
    for name in names {
        let state_of = if name == "Network" {
            "NotRegistered"
        } else {
            "Registered"
        };
        let name = format!("Microsoft.{name}");
        steps.push((provider("GET", &name), state(state_of)));
        if state_of == "NotRegistered" {
            steps.push((provider("POST", &name), state("Registering")));
        }
    }
    steps.push((provider("GET", "Microsoft.Network"), state("Registered")));
    steps.push((on("PUT"), Step::json(201, &json!({"id": "/x", "properties": {}}))));
    let script = Script::new(steps);
    script
        .client()
        .registering_providers(true)
        .put(&template(), &json!({}))
        .await
        .unwrap();
    script.assert_played();
}

#[tokio::test(start_paused = true)]
async fn who_must_not_register_is_told_the_command() {
    let forbidden = json!({"error": {"code": "AuthorizationFailed", "message": "no right"}});
    for registers in [false, true] {
        let mut steps = vec![(on("PUT"), Step::json(409, &missing()))];
        let mut refused = "Microsoft.VirtualMachineImages";
        if registers {
            steps.push((provider("GET", refused), state("Registered")));
            // One that builds need besides.
            refused = "Microsoft.Compute";
            steps.push((provider("GET", refused), state("NotRegistered")));
            steps.push((provider("POST", refused), Step::json(403, &forbidden)));
        }
        let script = Script::new(steps);
        let client = script.client().registering_providers(registers);
        let error = client.put(&template(), &json!({})).await.unwrap_err();
        assert_eq!(
            error.kind(),
            if registers {
                ErrorKind::Forbidden
            } else {
                ErrorKind::Conflict
            }
        );
        let command = format!("az provider register --namespace {refused} --subscription s --wait");
        assert!(error.message().contains(&command), "{error}");
        assert!(!error.outcome_is_unknown());
        script.assert_played();
    }
}
