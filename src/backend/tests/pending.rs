#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::PathBuf;

use serde_json::json;
use uuid::Uuid;

use super::script::{OPERATION, Script, Step, on, template};
use crate::arm::id::ImageTemplateId;
use crate::backend::pending::NoteErrorKind;
use crate::backend::{Origin, PendingNotes};

fn origin(root: u128) -> Origin {
    Origin::Local {
        root: Uuid::from_u128(root),
        directory: "/root".into(),
    }
}

fn folder() -> (tempfile::TempDir, PathBuf, PendingNotes) {
    let base = tempfile::tempdir().unwrap();
    let folder = base.path().join("imagebuilder/pending");
    let notes = PendingNotes::in_folder(&folder);
    (base, folder, notes)
}

fn files(folder: &PathBuf) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_note_left_behind_is_found_in_any_spelling_and_says_what_was_written() {
    let (_base, _, notes) = folder();
    assert!(notes.find(&template(), &origin(1)).unwrap().is_none());
    drop(notes.begin(&template(), "print", "request", &origin(1)).unwrap());

    let other_spelling = ImageTemplateId::parse(&template().to_string().to_uppercase()).unwrap();
    let found = notes.find(&other_spelling, &origin(1)).unwrap().unwrap();
    let content = found.content();
    assert_eq!(
        (content.fingerprint.as_str(), content.request_id.as_str()),
        ("print", "request")
    );
    assert_eq!(content.resource_id, template().to_string());
    assert_eq!(content.origin, origin(1));
    assert!(content.operation.is_none());
}

#[test]
fn a_note_that_is_done_leaves_nothing_behind() {
    let (_base, folder, notes) = folder();
    notes
        .begin(&template(), "print", "request", &origin(1))
        .unwrap()
        .done()
        .unwrap();
    assert!(files(&folder).is_empty());
    assert!(notes.find(&template(), &origin(1)).unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_note_remembers_the_operation_so_that_it_can_be_followed_after_a_crash() {
    let (_base, _, notes) = folder();
    let script = Script::new([(on("PUT"), Step::status(202).with("Azure-AsyncOperation", OPERATION))]);
    let mut note = notes.begin(&template(), "print", "request", &origin(1)).unwrap();
    let operation = script
        .client()
        .put(&template(), &json!({}))
        .await
        .unwrap()
        .operation
        .unwrap();
    note.operation(&operation).unwrap();
    drop(note);
    let found = notes.find(&template(), &origin(1)).unwrap().unwrap();
    assert_eq!(found.content().operation.as_ref().unwrap().url(), OPERATION);
    found.done().unwrap();
}

#[test]
fn a_note_is_found_whether_or_not_the_tenant_is_told() {
    let azure = |tenant: &str| Origin::Azure {
        cloud: "public".to_owned(),
        tenant: tenant.to_owned(),
    };
    let found = |notes: &PendingNotes, tenant: &str| {
        let by_id = notes.find(&template(), &azure(tenant)).unwrap().is_some();
        let by_look = notes.left_behind(&azure(tenant), |_| Some(())).unwrap().is_some();
        assert_eq!(by_id, by_look, "{tenant}");
        by_id
    };
    for (of_killed, of_next, is_found) in [
        ("t", "", true),
        ("", "t", true),
        ("t", "T", true),
        ("t", "other", false),
    ] {
        let (_base, _, notes) = folder();
        drop(notes.begin(&template(), "print", "request", &azure(of_killed)).unwrap());
        assert_eq!(found(&notes, of_next), is_found, "{of_killed:?} {of_next:?}");
    }
}

#[test]
fn a_note_is_not_taken_from_an_owner_that_is_alive() {
    let (_base, _, notes) = folder();
    let owner = notes.begin(&template(), "print", "request", &origin(1)).unwrap();
    assert_eq!(
        notes.find(&template(), &origin(1)).unwrap_err().kind(),
        NoteErrorKind::Held
    );
    let error = notes.begin(&template(), "other", "other", &origin(1)).unwrap_err();
    assert_eq!(error.kind(), NoteErrorKind::Held);
    assert!(error.to_string().contains("another process"), "{error}");
    drop(owner);
    assert_eq!(
        notes
            .find(&template(), &origin(1))
            .unwrap()
            .unwrap()
            .content()
            .fingerprint,
        "print"
    );
}

#[test]
fn notes_of_other_resources_and_other_backends_stand_beside_each_other() {
    let (_base, _, notes) = folder();
    let other = ImageTemplateId::new("s", "rg", "other").unwrap();
    let held = [
        notes.begin(&template(), "one", "r", &origin(1)).unwrap(),
        notes.begin(&template(), "two", "r", &origin(2)).unwrap(),
        notes.begin(&other, "three", "r", &origin(1)).unwrap(),
    ];
    drop(held);
    assert_eq!(
        notes
            .find(&template(), &origin(2))
            .unwrap()
            .unwrap()
            .content()
            .fingerprint,
        "two"
    );
    assert_eq!(
        notes
            .find(&template(), &origin(1))
            .unwrap()
            .unwrap()
            .content()
            .fingerprint,
        "one"
    );
    assert_eq!(
        notes.find(&other, &origin(1)).unwrap().unwrap().content().fingerprint,
        "three"
    );
    assert!(notes.find(&other, &origin(3)).unwrap().is_none());
}

#[test]
fn only_the_user_can_read_folder_and_notes() {
    let (_base, folder, notes) = folder();
    fs::create_dir_all(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    let note = notes.begin(&template(), "print", "request", &origin(1)).unwrap();
    assert_eq!(fs::metadata(&folder).unwrap().mode() & 0o777, 0o700);
    let names = files(&folder);
    assert_eq!(names.len(), 1, "{names:?}");
    for name in names {
        assert_eq!(
            fs::metadata(folder.join(&name)).unwrap().mode() & 0o777,
            0o600,
            "{name}"
        );
        assert!(!name.contains("template"), "the name tells nothing: {name}");
    }
    drop(note);
}

#[test]
fn half_a_note_claims_nothing_and_is_replaced() {
    let (_base, folder, notes) = folder();
    drop(notes.begin(&template(), "print", "request", &origin(1)).unwrap());
    let name = files(&folder).into_iter().find(|name| name.ends_with(".json")).unwrap();
    fs::write(folder.join(&name), "{\"resource_id\": \"/subscr").unwrap();
    // What a crash in the middle of a write leaves beside it.
    fs::write(folder.join(name.replace(".json", ".new")), "{").unwrap();
    assert!(notes.find(&template(), &origin(1)).unwrap().is_none());
    drop(notes.begin(&template(), "again", "request", &origin(1)).unwrap());
    assert_eq!(
        notes
            .find(&template(), &origin(1))
            .unwrap()
            .unwrap()
            .content()
            .fingerprint,
        "again"
    );
}

#[test]
fn a_folder_that_is_a_link_is_refused() {
    let base = tempfile::tempdir().unwrap();
    fs::create_dir(base.path().join("elsewhere")).unwrap();
    let link = base.path().join("pending");
    symlink(base.path().join("elsewhere"), &link).unwrap();
    let error = PendingNotes::in_folder(&link)
        .begin(&template(), "p", "r", &origin(1))
        .unwrap_err();
    assert_eq!(error.kind(), NoteErrorKind::Foreign);
    assert!(error.to_string().contains("XDG_STATE_HOME"), "{error}");
}

#[test]
fn many_processes_begin_and_end_notes_of_one_resource_and_never_two_at_once() {
    let (_base, folder, notes) = folder();
    let holding = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let mut written = 0;
                while written < 20 {
                    // Each lock is an open file of its own, so that threads stand for processes.
                    let Ok(note) = notes.begin(&template(), "p", "r", &origin(1)) else {
                        continue;
                    };
                    assert_eq!(holding.fetch_add(1, std::sync::atomic::Ordering::SeqCst), 0);
                    written += 1;
                    holding.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
                    note.done().unwrap();
                }
            });
        }
    });
    assert!(files(&folder).is_empty());
}

#[test]
fn what_was_left_behind_is_found_by_rank_and_never_what_the_living_hold() {
    let (_base, _, notes) = folder();
    let any = |content: &crate::backend::pending::NoteContent| Some(content.fingerprint.clone());
    assert!(notes.left_behind(&origin(1), any).unwrap().is_none(), "no folder yet");
    let id = |name: &str| ImageTemplateId::new("00000000-0000-0000-0000-000000000000", "images", name).unwrap();
    drop(notes.begin(&id("second"), "2", "request", &origin(1)).unwrap());
    drop(notes.begin(&id("elsewhere"), "0", "request", &origin(2)).unwrap());
    let held = notes.begin(&id("first"), "1", "request", &origin(1)).unwrap();

    let found = notes.left_behind(&origin(1), any).unwrap().unwrap();
    assert_eq!(found.content().resource_id, id("second").to_string());
    assert!(
        notes.left_behind(&origin(1), any).unwrap().is_none(),
        "both are held now"
    );
    drop(held);
    let first = notes.left_behind(&origin(1), any).unwrap().unwrap();
    assert_eq!(first.content().resource_id, id("first").to_string());
    drop((first, found));
    assert!(notes.left_behind::<()>(&origin(1), |_| None).unwrap().is_none());
}
