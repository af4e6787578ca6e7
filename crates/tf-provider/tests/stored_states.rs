//! States that come from elsewhere: of earlier versions, of other resource types, and damaged ones.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../examples/notebook/note.rs"]
mod note;
#[path = "../examples/notebook/provider.rs"]
mod provider;

use serde_json::{Value as Json, json};
use tempfile::TempDir;
use tf_provider::proto::tfplugin6 as proto;
use tf_provider::testing::{Action, Core, Instance};
use tf_provider::{Diagnostic, path};

const NOTE: &str = "notebook_note";
const JOTTER: &str = "registry.terraform.io/example/jotter";
/// The version of the state's present form.
const PRESENT: i64 = 2;

async fn core() -> (Core, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let core = Core::start(provider::Notebook).await;
    core.configure(json!({ "folder": folder.path() })).await.unwrap();
    (core, folder)
}

fn config() -> Json {
    json!({ "title": "First", "pages": [{ "heading": "one" }], "labels": ["a", "b"], "tags": { "k": "v" } })
}

/// A note that was made just now.
async fn note(core: &Core) -> Instance {
    let mut note = core.resource(NOTE);
    note.apply(&config()).await.unwrap();
    note
}

/// The state in the form of version 0: a name instead of a title, labels as one text.
fn first_form(mut state: Json) -> Json {
    let attributes = state.as_object_mut().unwrap();
    let title = attributes.remove("title").unwrap();
    attributes.insert("name".to_owned(), title);
    attributes.insert("labels".to_owned(), json!("a, b"));
    state
}

#[tokio::test]
async fn a_state_of_each_earlier_version_plans_nothing() {
    let (core, _folder) = core().await;
    let mut note = note(&core).await;
    let present = note.state().unwrap();
    let mut second_form = present.clone();
    second_form["labels"] = json!("a,b,");
    for (version, state) in [
        (0, first_form(present.clone())),
        (1, second_form),
        (PRESENT, present.clone()),
    ] {
        note.load(version, state, b"7".to_vec()).await.unwrap();
        assert_eq!(note.state().unwrap(), present, "from version {version}");
        assert_eq!(note.private(), b"7");
        assert_eq!(note.plan(&config()).await.unwrap().action, Action::NoOp);
    }
}

#[tokio::test]
async fn attributes_that_a_state_lacks_are_null_and_those_that_it_has_too_many_are_passed_over() {
    let (core, folder) = core().await;
    let mut note = note(&core).await;
    let stored = json!({
        "title": "First",
        "pages": [{ "heading": "one", "size": { "width": 210.5, "removed": true } }],
        "removed_long_ago": [1],
    });
    // Only what the stored state itself says: the file is out of reach for the read.
    let request = upgrade(PRESENT, stored.to_string().as_bytes());
    let upgraded = core
        .client()
        .upgrade_resource_state(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(upgraded.diagnostics, []);
    note.load(PRESENT, stored, Vec::new()).await.unwrap();
    assert_eq!(
        note.state().unwrap()["file"],
        folder.path().join("first.json").to_str().unwrap()
    );
}

#[tokio::test]
async fn a_state_of_an_unknown_version_is_refused_and_kept() {
    let (core, _folder) = core().await;
    let mut note = note(&core).await;
    let before = note.state();
    let stored = before.clone().unwrap();
    let newer = note.load(PRESENT + 1, stored.clone(), Vec::new()).await.unwrap_err();
    assert_eq!(newer.0[0].summary, "State was written by a newer provider");
    let negative = note.load(-1, stored, Vec::new()).await.unwrap_err();
    assert_eq!(negative.0[0].summary, "State has an unknown version");
    let misfit = note
        .load(1, json!({ "title": "First", "labels": [1] }), Vec::new())
        .await
        .unwrap_err();
    assert_eq!(misfit.0[0].attribute, path!("labels"));
    assert_eq!(note.state(), before);
}

fn upgrade(version: i64, json: &[u8]) -> proto::upgrade_resource_state::Request {
    proto::upgrade_resource_state::Request {
        type_name: NOTE.to_owned(),
        version,
        raw_state: Some(proto::RawState {
            json: json.to_vec(),
            ..proto::RawState::default()
        }),
    }
}

#[tokio::test]
async fn a_damaged_state_is_an_error_that_says_where_and_what_to_do() {
    let core = Core::start(provider::Notebook).await;
    let deep = format!(r#"{{"pages": {}1{}}}"#, "[".repeat(200), "]".repeat(200));
    let cases: [(&[u8], &str); 13] = [
        (b"{", "not JSON"),
        (b"", "not JSON"),
        (b"{} {}", "not JSON"),
        (b"null", "expected an object, found null"),
        (b"[]", "expected an object, found an array"),
        (b"{\"title\": \"\xff\"}", "title: not JSON: invalid unicode code point"),
        (
            b"{\"title\": \"\xed\xa0\x80\"}",
            "title: not JSON: invalid unicode code point",
        ),
        (br#"{"title": "\ud800"}"#, "title: not JSON"),
        (br#"{"revision": 1e999999}"#, "revision: not JSON: number out of range"),
        (br#"{"revision": "soon"}"#, "revision: expected a number"),
        (
            br#"{"pages": [{"heading": "one"}, {"heading": []}]}"#,
            "pages[1].heading: expected a string, found an array",
        ),
        (
            br#"{"tags": {"k": {"v": 1}}}"#,
            "tags[\"k\"]: expected a string, found an object",
        ),
        (
            deep.as_bytes(),
            "pages[0][0][0][0][0][0][0]: not JSON: recursion limit exceeded",
        ),
    ];
    for (json, reason) in cases {
        let upgraded = core
            .client()
            .upgrade_resource_state(upgrade(PRESENT, json))
            .await
            .unwrap()
            .into_inner();
        assert_eq!(upgraded.upgraded_state, None);
        let [error] = upgraded.diagnostics.as_slice() else {
            panic!("{:?}", upgraded.diagnostics)
        };
        assert_eq!(error.summary, "Stored state cannot be read");
        assert!(
            error.detail.contains(reason),
            "{:?} does not say {reason:?}",
            error.detail
        );
        assert!(error.detail.contains("`terraform state rm`"), "{:?}", error.detail);
    }
}

#[tokio::test]
async fn a_nul_in_a_text_is_a_letter_like_others() {
    let (core, _folder) = core().await;
    let mut note = note(&core).await;
    let mut stored = note.state().unwrap();
    stored["text"] = json!("a\u{0}b");
    let request = upgrade(PRESENT, stored.to_string().as_bytes());
    let upgraded = core
        .client()
        .upgrade_resource_state(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(upgraded.diagnostics, []);
    note.load(PRESENT, stored, Vec::new()).await.unwrap();
}

#[tokio::test]
async fn a_moved_state_of_a_known_type_plans_nothing() {
    let (core, _folder) = core().await;
    note(&core).await;
    let mut moved = core.resource(NOTE);
    let memo = json!({ "subject": "First", "sheets": ["one"], "paper": { "type": "string", "value": "A4" } });
    moved.move_from(JOTTER, "jotter_memo", 3, &memo).await.unwrap();
    assert_eq!(moved.plan(&config()).await.unwrap().action, Action::NoOp);
    moved
        .move_from("registry.opentofu.org/Example/jotter", "jotter_memo", 3, &memo)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_state_of_another_type_or_without_sense_is_refused_naming_what_can_be_moved() {
    let (core, _folder) = core().await;
    let mut note = note(&core).await;
    let before = note.state();
    for (provider, type_name) in [
        (JOTTER, "jotter_pad"),
        ("registry.terraform.io/other/jotter", "jotter_memo"),
        ("jotter", "jotter_memo"),
    ] {
        let refused = note.move_from(provider, type_name, 0, &json!({})).await.unwrap_err();
        let Diagnostic { summary, detail, .. } = &refused.0[0];
        assert_eq!(
            *summary,
            format!("notebook_note cannot take over the state of {type_name}")
        );
        assert!(
            detail.contains("takes over states of jotter_memo of the provider example/jotter"),
            "{detail}"
        );
        assert!(detail.contains(provider), "{detail}");
    }
    let refused = note.move_from(JOTTER, "jotter_memo", 0, &json!({})).await.unwrap_err();
    assert_eq!(refused.0[0].summary, "The memo cannot become a note");
    let refused = note.move_from(JOTTER, "jotter_memo", 0, &Json::Null).await.unwrap_err();
    assert_eq!(refused.0[0].summary, "Stored state cannot be read");
    assert_eq!(note.state(), before);
}
