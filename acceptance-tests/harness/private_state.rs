//! What the provider remembers in Terraform's state beside the attributes: changed here as no user would, to stand for a
//! state that was written elsewhere.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// The state file with every resource's origin set to a subscription in Azure.
pub(crate) fn moved_to_azure(state: &str) -> String {
    let mut state: Value = serde_json::from_str(state).unwrap();
    let mut moved = 0;
    for resource in state["resources"].as_array_mut().unwrap() {
        for instance in resource["instances"].as_array_mut().unwrap() {
            let Some(private) = instance["private"].as_str() else {
                continue;
            };
            let mut private: Value = serde_json::from_slice(&STANDARD.decode(private).unwrap()).unwrap();
            moved += usize::from(move_origin(&mut private));
            instance["private"] = STANDARD.encode(private.to_string()).into();
        }
    }
    assert!(moved > 0, "no resource remembers where it lives: {state:#}");
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
