//! What a service does that ours does not: it shows things late, gives no rights, says what is not understood, fails to delete.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value as Json, json};
use terraform_provider_imagebuilder::backend::fault::Fault;
use tf_provider::testing::{Action, Instance};

use crate::cancellation::{SLOW_RUN, is_accepted, run_goes_on};
use crate::cell::{Lasts, Site, stand_on};
use crate::line::{Asked, Line};
use crate::noun::{GALLERY, Noun, RUN, TEMPLATE};
use crate::world::World;

/// A resource that is yet to be made, and what it stands on.
struct Scene {
    world: Arc<World>,
    line: Arc<Line>,
    name: String,
    instance: Instance,
    foundations: Vec<Instance>,
}

impl Scene {
    async fn of(noun: &Noun) -> Self {
        let world = World::new();
        let (name, line) = (world.name(), world.line());
        let core = world.process(&line).await;
        Self {
            foundations: stand_on(&core, noun, &name).await,
            instance: core.resource(noun.type_name),
            world,
            line,
            name,
        }
    }

    /// Everything can be destroyed, and nothing is left.
    async fn ends_well(mut self) {
        self.instance.destroy().await.unwrap();
        while let Some(mut foundation) = self.foundations.pop() {
            foundation.destroy().await.unwrap();
        }
        assert_eq!(self.world.inventory().await, [""; 0], "something is left over");
        assert_eq!(self.world.notes_left(), 0, "a note is left over");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_is_destroyed_though_nobody_may_look_at_its_staging_group() {
    let mut scene = Scene::of(&TEMPLATE).await;
    scene.instance.apply(&(TEMPLATE.config)(&scene.name)).await.unwrap();
    let site = Site {
        method: "GET".to_owned(),
        path: "/resourceGroups/IT_".to_owned(),
        nth: 1,
    };
    let never = site.rules(&scene.name, Fault::Forbidden, Lasts::ThroughTheAct);
    scene.line.fail(&never);
    scene.instance.destroy().await.unwrap();
    assert!(scene.line.heal() > 0, "the staging group was not looked at");
    scene.ends_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_made_is_in_the_state_also_when_the_answer_is_not_understood() {
    for noun in [&GALLERY, &TEMPLATE] {
        let mut scene = Scene::of(noun).await;
        let wanted = (noun.config)(&scene.name);
        scene.line.retell(|_, body| {
            if body.get("location").is_some() {
                body["location"] = json!(7);
            }
        });
        let ended = scene.instance.apply(&wanted).await;
        assert!(ended.is_err(), "{}: {ended:?}", noun.type_name);
        scene.line.tell_truly();
        assert_eq!(
            scene.instance.plan(&wanted).await.unwrap().action,
            Action::Replace(Vec::new())
        );
        scene.instance.apply(&wanted).await.unwrap();
        scene.ends_well().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_not_judged_by_the_one_before_it() {
    let mut scene = Scene::of(&RUN).await;
    scene.instance.apply(&(RUN.config)(&scene.name)).await.unwrap();
    let first = scene.instance.state().unwrap()["outputs"].clone();

    let (former, looks) = (Arc::new(std::sync::Mutex::new(None)), AtomicUsize::new(0));
    let template = (TEMPLATE.id)(&scene.name);
    scene.line.retell(move |Asked { method, path }, body| {
        if method != "GET" || !path.eq_ignore_ascii_case(&template) {
            return;
        }
        let last_run = &mut body["properties"]["lastRunStatus"];
        let mut former = former.lock().unwrap();
        let former = former.get_or_insert_with(|| last_run.clone());
        if looks.fetch_add(1, Ordering::Relaxed) < 5 {
            last_run.clone_from(former);
        }
    });
    let again = (RUN.changed)(&scene.name);
    scene.instance.apply(&again).await.unwrap();
    scene.line.tell_truly();
    assert_ne!(
        scene.instance.state().unwrap()["outputs"],
        first,
        "the second run was not waited for"
    );
    assert_eq!(scene.instance.plan(&again).await.unwrap().action, Action::NoOp);
    scene.ends_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_left_alone_unseen_is_waited_for_by_the_next_apply() {
    let mut scene = Scene::of(&SLOW_RUN).await;
    let mut wanted = (SLOW_RUN.config)(&scene.name);
    wanted["on_interrupt"] = json!("leave_running");
    let core = scene.world.process(&scene.line).await;
    scene.instance = scene.instance.handed_to(&core);
    let unseen = json!([{"method": "GET", "path": "/imageTemplates/", "every": 1, "fault": "server_error"}]);
    {
        let mut acting = Box::pin(scene.instance.apply(&wanted));
        tokio::select! {
            ended = &mut acting => panic!("it was not interrupted: {ended:?}"),
            () = run_goes_on(&scene.line) => {}
        }
        scene.line.fail(&unseen.to_string());
        core.stop().await;
        assert!(acting.await.is_err());
    }
    scene.line.heal();
    let next = scene.world.process(&scene.line).await;
    scene.instance = scene.instance.handed_to(&next);
    scene.instance.apply(&wanted).await.unwrap();
    assert_eq!(scene.instance.state().unwrap()["run_state"], "Succeeded");
    let runs = scene.line.take_carried();
    assert_eq!(runs.iter().filter(|carried| is_accepted("/run")(carried)).count(), 1);
    scene.ends_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_that_fails_is_told_and_not_waited_for() {
    let mut scene = Scene::of(&GALLERY).await;
    scene.instance.apply(&(GALLERY.config)(&scene.name)).await.unwrap();
    let looks = AtomicUsize::new(0);
    let gallery = (GALLERY.id)(&scene.name);
    scene.line.retell(move |Asked { method, path }, body| {
        if method == "GET" && path.eq_ignore_ascii_case(&gallery) {
            let going = looks.fetch_add(1, Ordering::Relaxed) < 3;
            body["properties"]["provisioningState"] = Json::from(if going { "Deleting" } else { "Failed" });
        }
    });
    let said = scene.instance.refresh().await.unwrap_err().to_string();
    assert!(said.contains("ended in Failed"), "{said}");
    scene.line.tell_truly();
    scene.ends_well().await;
}
