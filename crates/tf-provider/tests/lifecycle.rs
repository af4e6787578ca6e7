//! A whole provider under the simulated core: what a resource's life looks like from Terraform's side.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../examples/notebook/note.rs"]
mod note;
#[path = "../examples/notebook/provider.rs"]
mod provider;

use serde_json::{Value as Json, json};
use tempfile::TempDir;
use tf_provider::testing::{Action, Core, Instance, UNKNOWN};
use tf_provider::{Severity, Value, path};

const NOTE: &str = "notebook_note";

async fn core() -> (Core, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let core = Core::start(provider::Notebook).await;
    core.configure(json!({ "folder": folder.path() })).await.unwrap();
    (core, folder)
}

async fn created(core: &Core, config: &Json) -> Instance {
    let mut note = core.resource(NOTE);
    let planned = note.apply(config).await.unwrap();
    assert_eq!(planned.action, Action::Create);
    note
}

fn config() -> Json {
    json!({
        "title": "First",
        "text": "hello",
        "pages": [{ "heading": "one", "size": { "width": 210.1 } }, { "heading": "two" }],
        "labels": ["a", "b"],
        "tags": { "k": "v" },
        "password": "secret",
    })
}

fn with(mut config: Json, name: &str, value: Json) -> Json {
    config[name] = value;
    config
}

#[tokio::test]
async fn a_value_that_is_known_only_at_apply_meets_the_same_checks_before_anything_is_made() {
    let (core, folder) = core().await;
    let mut note = core.resource(NOTE);
    let planned = note.plan(&with(config(), "title", json!(UNKNOWN))).await.unwrap();
    let errors = note
        .apply_plan(planned, &with(config(), "title", json!("")))
        .await
        .unwrap_err();
    assert_eq!(errors.0.len(), 1, "{errors}");
    assert_eq!(errors.0[0].attribute, path!("title"));
    assert_eq!(note.state(), None);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_created_object_is_what_was_planned_and_plans_nothing_more() {
    let (core, folder) = core().await;
    let mut note = core.resource(NOTE);
    let planned = note.plan(&config()).await.unwrap();
    assert_eq!(planned.object["colour"], "yellow");
    assert_eq!(planned.object["file"], UNKNOWN);
    assert_eq!(planned.object["pages"][0]["size"]["height"], 297);
    assert_eq!(planned.object["pages"][1]["letters"], UNKNOWN);
    note.apply_plan(planned, &config()).await.unwrap();
    let state = note.state().unwrap();
    assert_eq!(state["file"], folder.path().join("first.json").to_str().unwrap());
    assert_eq!((&state["revision"], &state["password"]), (&json!(1), &Json::Null));
    assert_eq!(note.private(), b"\"written\"");
    assert_eq!(note.plan(&config()).await.unwrap().action, Action::NoOp);
}

#[tokio::test]
async fn an_update_in_place_keeps_what_is_marked_so() {
    let (core, _folder) = core().await;
    let mut note = created(&core, &config()).await;
    let planned = note.plan(&with(config(), "text", json!("bye"))).await.unwrap();
    assert_eq!(planned.action, Action::Update);
    assert_eq!(planned.object["file"], note.state().unwrap()["file"]);
    assert_eq!(planned.object["revision"], UNKNOWN);
    note.apply_plan(planned, &with(config(), "text", json!("bye")))
        .await
        .unwrap();
    assert_eq!(note.state().unwrap()["revision"], 2);
}

#[tokio::test]
async fn another_spelling_is_recorded_and_changes_nothing_else() {
    let (core, _folder) = core().await;
    let mut note = created(&core, &config()).await;
    let planned = note.apply(&with(config(), "title", json!("FIRST"))).await.unwrap();
    assert_eq!(
        (planned.action, planned.object["revision"].clone()),
        (Action::Update, json!(1))
    );
    assert_eq!(note.state().unwrap()["title"], "FIRST");
}

#[tokio::test]
async fn a_replacement_names_the_attribute_deep_inside_a_list() {
    let (core, _folder) = core().await;
    let mut note = created(&core, &config()).await;
    let changed = with(config(), "pages", json!([{ "heading": "one" }, { "heading": "three" }]));
    let planned = note.plan(&changed).await.unwrap();
    assert_eq!(planned.action, Action::Replace(vec![path!("pages"[1]."heading")]));
    note.apply_plan(planned, &changed).await.unwrap();
    assert_eq!(note.state().unwrap()["revision"], 1);
}

#[tokio::test]
async fn an_unknown_value_plans_replacement_where_a_difference_would() {
    let (core, _folder) = core().await;
    let mut note = created(&core, &config()).await;
    let planned = note.plan(&with(config(), "title", json!(UNKNOWN))).await.unwrap();
    assert_eq!(planned.action, Action::Replace(vec![path!("title")]));
    note.apply_plan(planned, &with(config(), "title", json!("Second")))
        .await
        .unwrap();
    assert_eq!(note.state().unwrap()["title"], "Second");
}

#[tokio::test]
async fn two_unknown_elements_of_a_set_stay_two() {
    let (core, _folder) = core().await;
    let mut note = core.resource(NOTE);
    let planned = note
        .plan(&with(config(), "labels", json!([UNKNOWN, UNKNOWN])))
        .await
        .unwrap();
    assert_eq!(planned.object["labels"], json!([UNKNOWN, UNKNOWN]));
    note.apply_plan(planned, &with(config(), "labels", json!(["x", "y"])))
        .await
        .unwrap();
}

#[tokio::test]
async fn what_is_gone_is_planned_anew() {
    let (core, folder) = core().await;
    let mut note = created(&core, &config()).await;
    std::fs::remove_file(folder.path().join("first.json")).unwrap();
    assert_eq!(note.plan(&config()).await.unwrap().action, Action::Create);
    assert_eq!(note.state(), None);
}

#[tokio::test]
async fn an_interrupted_create_returns_the_partial_state_and_taints_it() {
    let (core, folder) = core().await;
    let mut note = core.resource(NOTE);
    let config = with(config(), "writing_takes", json!(3_600_000));
    let begun = folder.path().join("first.json");
    let stop = async {
        while !begun.exists() {
            tokio::task::yield_now().await;
        }
        core.stop().await;
    };
    let (applied, ()) = tokio::join!(note.apply(&config), stop);
    assert_eq!(applied.unwrap_err().0[0].summary, "Interrupted");
    assert!(note.is_tainted());
    let state = note.state().unwrap();
    assert_eq!((&state["title"], &state["revision"]), (&json!("First"), &Json::Null));
    assert_eq!(note.private(), b"\"begun\"");

    // The server goes on, and whatever is begun after the interruption ends at once.
    let mut other = core.resource(NOTE);
    let config = with(config, "title", json!("Other"));
    assert_eq!(other.apply(&config).await.unwrap_err().0[0].summary, "Interrupted");
}

#[tokio::test]
async fn what_is_for_terraform_alone_is_recorded_without_asking_for_an_update() {
    let (core, _folder) = core().await;
    let mut note = created(&core, &config()).await;
    // An update would end as interrupted now.
    core.stop().await;
    let planned = note
        .apply(&with(config(), "writing_takes", json!(3_600_000)))
        .await
        .unwrap();
    assert_eq!(planned.action, Action::Update);
    let state = note.state().unwrap();
    assert_eq!(
        (&state["writing_takes"], &state["revision"]),
        (&json!(3_600_000), &json!(1))
    );
}

#[tokio::test]
async fn a_failed_update_without_a_partial_state_keeps_the_prior_one() {
    let (core, _folder) = core().await;
    let mut note = created(&core, &config()).await;
    let before = note.state();
    core.stop().await;
    let changed = with(with(config(), "text", json!("bye")), "writing_takes", json!(3_600_000));
    note.apply(&changed).await.unwrap_err();
    assert_eq!(note.state(), before);
    assert!(!note.is_tainted());
}

#[tokio::test]
async fn a_failed_destruction_keeps_the_prior_state() {
    let (core, folder) = core().await;
    let mut note = created(&core, &config()).await;
    let before = note.state();
    let place = folder.path().join("first.json");
    std::fs::remove_file(&place).unwrap();
    std::fs::create_dir(&place).unwrap();
    assert_eq!(note.destroy().await.unwrap_err().0[0].summary, "Note cannot be removed");
    assert_eq!(note.state(), before);
}

#[tokio::test]
async fn a_panic_is_a_message_to_the_user_and_the_server_goes_on() {
    let (core, _folder) = core().await;
    let mut note = core.resource(NOTE);
    let error = note.apply(&with(config(), "text", json!("panic"))).await.unwrap_err();
    assert_eq!(error.0[0].summary, "The provider has a bug");
    assert!(error.0[0].detail.contains("the pencil broke"), "{error}");
    assert_eq!(note.state(), None);
    note.apply(&config()).await.unwrap();
}

#[tokio::test]
async fn an_import_reads_the_object_and_leaves_only_terraforms_own_arguments_to_set() {
    let (core, _folder) = core().await;
    created(&core, &with(config(), "writing_takes", json!(0))).await;
    let mut imported = core.resource(NOTE);
    imported.import("first").await.unwrap();
    assert_eq!(imported.plan(&config()).await.unwrap().action, Action::NoOp);
    let own = with(config(), "writing_takes", json!(0));
    assert_eq!(imported.plan(&own).await.unwrap().action, Action::Update);
    imported.import("missing").await.unwrap_err();
}

#[tokio::test]
async fn checks_warnings_and_unknown_types_reach_the_user_at_their_attribute() {
    let (core, _folder) = core().await;
    let mut note = core.resource(NOTE);
    let error = note.plan(&with(config(), "title", json!("a b"))).await.unwrap_err();
    assert_eq!(error.0[0].attribute, path!("title"));
    assert_eq!(error.0[0].summary, "Invalid value for \"title\"");
    let planned = note.plan(&with(config(), "colour", json!("black"))).await.unwrap();
    assert_eq!(planned.warnings.0[0].severity, Severity::Warning);
}

#[tokio::test]
async fn a_data_source_and_a_function_answer() {
    let (core, _folder) = core().await;
    created(&core, &config()).await;
    let found = core.read_data_source(NOTE, json!({ "title": "first" })).await.unwrap();
    assert_eq!(found["pages"][1]["heading"], "two");
    let missing = core
        .read_data_source(NOTE, json!({ "title": "none" }))
        .await
        .unwrap_err();
    assert_eq!(missing.0[0].attribute, path!("title"));
    assert_eq!(
        core.call_function("shout", &[Value::from("a")]).await.unwrap(),
        Value::from("A")
    );
    assert_eq!(
        core.call_function("shout", &[Value::from("")])
            .await
            .unwrap_err()
            .argument,
        Some(0)
    );
}

#[tokio::test]
async fn a_configuration_that_does_not_do_is_refused_at_its_attribute() {
    let core = Core::start(provider::Notebook).await;
    let error = core
        .configure(json!({ "folder": "/nowhere/at/all" }))
        .await
        .unwrap_err();
    assert_eq!(error.0[0].attribute, path!("folder"));
    let error = core.resource(NOTE).plan(&config()).await.unwrap_err();
    assert_eq!(error.0[0].summary, "Provider is not configured");
}
