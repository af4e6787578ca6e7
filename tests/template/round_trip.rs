//! HCL → body → state → the same HCL.

use serde_json::Value;
use tf_provider::testing::Action;

use crate::cases::Case;
use crate::cloud::{Cloud, GROUP};
use crate::paths;
use crate::table::{By, PROPERTIES};

/// The template of every case.
pub(crate) fn id() -> String {
    format!("{GROUP}/providers/Microsoft.VirtualMachineImages/imageTemplates/golden")
}

#[tokio::test]
async fn what_is_written_comes_back_as_it_was_and_imports_with_an_empty_plan() {
    let cloud = Cloud::new().await;
    let mut sent = std::collections::BTreeSet::new();
    for case in Case::ALL {
        let config = cloud.filled(case.configuration());
        let mut template = cloud.template();
        let planned = template.apply(&config).await.unwrap();
        assert_eq!(planned.action, Action::Create);
        assert_says(&config, &template.state().unwrap(), &format!("{case:?}"));
        assert_eq!(template.plan(&config).await.unwrap().action, Action::NoOp, "{case:?}");
        sent.extend(paths::of_body(&cloud.get(&id()).await));

        let mut imported = cloud.template();
        imported.import(&id()).await.unwrap();
        let planned = imported.plan(&config).await.unwrap();
        let state = imported.state().unwrap();
        assert_eq!(planned.action, Action::NoOp, "{case:?}: {state:#} {:#}", planned.object);
        template.destroy().await.unwrap();
    }
    let written = PROPERTIES
        .iter()
        .filter(|property| matches!(property.by, By::Written(..)));
    let starred = |path: &str| path.split('.').next_back() != Some("*");
    let missing: Vec<_> = written
        .map(|property| property.arm)
        .filter(|arm| starred(arm) && !sent.contains(*arm))
        .collect();
    assert!(missing.is_empty(), "in no configuration of the tests: {missing:#?}");
}

/// Everything that the configuration says is in the state, to the letter.
#[track_caller]
fn assert_says(config: &Value, state: &Value, path: &str) {
    match (config, state) {
        (Value::Object(config), Value::Object(state)) => {
            for (name, value) in config {
                assert_says(value, &state[name], &format!("{path}.{name}"));
            }
        }
        (Value::Array(config), Value::Array(state)) if config.len() == state.len() => {
            for (config, state) in config.iter().zip(state) {
                assert_says(config, state, &format!("{path}[]"));
            }
        }
        _ => assert_eq!(config, state, "{path}"),
    }
}
