//! What the provider remembers in Terraform's state beside the attributes: changed here as no user would, to stand for a
//! state that was written elsewhere.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// The state file with every resource's origin set to a subscription in Azure.
pub(crate) fn moved_to_azure(state: &str) -> String {
    changed(state, |private| {
        let mut private: Value = serde_json::from_slice(&private).unwrap();
        move_origin(&mut private).then(|| private.to_string())
    })
}

/// The state file with something that no release of the provider wrote in place of what it remembers.
pub(crate) fn damaged(state: &str) -> String {
    changed(state, |_| Some("{\"origin\":".to_owned()))
}

fn changed(state: &str, change: impl Fn(Vec<u8>) -> Option<String>) -> String {
    let mut state: Value = serde_json::from_str(state).unwrap();
    let mut changes = 0;
    for resource in state["resources"].as_array_mut().unwrap() {
        for instance in resource["instances"].as_array_mut().unwrap() {
            let Some(private) = instance["private"].as_str() else {
                continue;
            };
            if let Some(changed) = change(STANDARD.decode(private).unwrap()) {
                changes += 1;
                instance["private"] = STANDARD.encode(changed).into();
            }
        }
    }
    assert!(changes > 0, "no resource remembers anything: {state:#}");
    state.to_string()
}

fn move_origin(private: &mut Value) -> bool {
    let Some(origin) = private.get_mut("origin") else {
        return false;
    };
    *origin = json!({
        "backend": "azure",
        "cloud": "AzureCloud",
        "tenant": "11111111-1111-1111-1111-111111111111",
    });
    true
}
