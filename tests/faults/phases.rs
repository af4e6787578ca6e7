//! `kill -9` and Ctrl-C in every phase of an act: before each of its requests is sent, and when it has been carried out and not been
//! answered. The next apply, by another process on the same machine, goes on with it: the service has in the end what it has
//! after an act that nobody disturbs, and has been asked no oftener to make something.

use std::sync::Arc;

use serde_json::Value as Json;
use tf_provider::testing::{Action, Instance};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::act::Act;
use crate::cell::{Expected, Site, settle, stand_on};
use crate::line::{Line, Moment};
use crate::matrix::without_faults;
use crate::noun::{GALLERY, GALLERY_IMAGE, GROUP, Noun, RUN, STAGING_GROUP, TEMPLATE, TRIGGER};
use crate::world::World;

const AT_ONCE: usize = 16;

/// What ends a command early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    Kill,
    Interrupt,
}

/// A run that an interrupt leaves alone; one that it cancels is to be repeated.
const LEFT_RUN: Noun = Noun {
    config: |name| left_running((RUN.config)(name)),
    changed: |name| left_running((RUN.changed)(name)),
    ..RUN
};

fn left_running(mut run: Json) -> Json {
    run["on_interrupt"] = "leave_running".into();
    run
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_and_galleries_are_resumed_in_every_phase() {
    for noun in [&GROUP, &STAGING_GROUP, &GALLERY, &GALLERY_IMAGE] {
        check(noun).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_and_its_trigger_are_resumed_in_every_phase() {
    check(&TEMPLATE).await;
    check(&TRIGGER).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_resumed_in_every_phase() {
    check(&LEFT_RUN).await;
}

async fn check(noun: &'static Noun) {
    let world = World::new();
    let mut cells = Vec::new();
    for act in noun.acts.iter().copied().filter(|act| *act != Act::Refresh) {
        let (sites, expected) = without_faults(&world, noun, act).await;
        for site in sites {
            for manner in [Manner::Kill, Manner::Interrupt] {
                // A request that only reads leaves the same behind, sent or not.
                let moments: &[Moment] = if site.method == "GET" {
                    &[Moment::Unanswered]
                } else {
                    &[Moment::Unsent, Moment::Unanswered]
                };
                for moment in moments {
                    cells.push((act, site.clone(), manner, *moment, expected.clone()));
                }
            }
        }
    }
    let number = cells.len();
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let mut under_way = JoinSet::new();
    for (act, site, manner, moment, expected) in cells {
        let (world, turns) = (world.clone(), turns.clone());
        under_way.spawn(async move {
            let _turn = turns.acquire_owned().await.unwrap();
            let label = format!(
                "{act:?}: {manner:?} at {} {} #{} {moment:?}",
                site.method, site.path, site.nth
            );
            let disturbed = Disturbed {
                noun,
                act,
                site,
                manner,
                moment,
            };
            // A look may not be needed, or be made less often by a busy machine; what changes something is always asked.
            let is_certain = disturbed.site.method != "GET";
            let went = tokio::spawn(async move { disturbed.go_through(&world, &expected).await });
            (label, is_certain, went.await)
        });
    }
    let (mut held, mut broken) = (0, Vec::new());
    for (label, is_certain, went) in under_way.join_all().await {
        match went {
            Ok(true) => held += 1,
            Ok(false) if is_certain => broken.push(format!("{label}: it was not disturbed")),
            Ok(false) => {}
            Err(_) => broken.push(label),
        }
    }
    println!("{}: {held} of {number} phases were disturbed", noun.type_name);
    broken.sort();
    assert!(
        broken.is_empty(),
        "{} of {number}:\n{}",
        broken.len(),
        broken.join("\n")
    );
    assert_eq!(world.inventory().await, [""; 0], "something is left over");
    assert_eq!(world.notes_left(), 0, "a note is left over");
}

/// An act that is disturbed in one phase.
struct Disturbed {
    noun: &'static Noun,
    act: Act,
    site: Site,
    manner: Manner,
    moment: Moment,
}

impl Disturbed {
    /// Whether it was disturbed.
    async fn go_through(&self, world: &Arc<World>, expected: &Expected) -> bool {
        let Self { noun, act, .. } = *self;
        let name = world.name();
        let line = world.line();
        let core = world.process(&line).await;
        let mut foundations = stand_on(&core, noun, &name).await;
        let instance = act.begin(&core, noun, &name).await;
        line.take_carried();
        line.hold(&self.site, &name, self.moment);
        let (instance, held) = match self.manner {
            Manner::Kill => {
                let (world, its_line, name) = (world.clone(), line.clone(), name.clone());
                World::killed(&line, instance, |instance| async move {
                    let mut instance = instance.handed_to(&world.process(&its_line).await);
                    drop(act.carry_out(&mut instance, noun, &name).await);
                    instance
                })
                .await
            }
            Manner::Interrupt => self.interrupt(world, &line, instance, &name).await,
        };
        line.release();

        let next = world.process(&line).await;
        let mut instance = instance.handed_to(&next);
        settle(act, &mut instance, noun, &name).await.unwrap();
        if let Some(wanted) = act.wanted(noun, &name) {
            let plan = instance.plan(&wanted).await.unwrap();
            assert_eq!(plan.action, Action::NoOp, "the next plan is not empty");
        }
        assert_eq!(Expected::of(world, &line, &name).await, *expected);
        instance.destroy().await.unwrap();
        while let Some(foundation) = foundations.pop() {
            foundation.handed_to(&next).destroy().await.unwrap();
        }
        held
    }

    /// The provider is told to stop when the line holds the request, and returns what it has; whether it came to that.
    async fn interrupt(
        &self,
        world: &Arc<World>,
        line: &Arc<Line>,
        instance: Instance,
        name: &str,
    ) -> (Instance, bool) {
        let core = world.process(line).await;
        let mut instance = instance.handed_to(&core);
        let mut acting = Box::pin(self.act.carry_out(&mut instance, self.noun, name));
        let held = tokio::select! {
            _ = &mut acting => false,
            () = line.held() => {
                core.stop().await;
                drop(acting.as_mut().await);
                true
            }
        };
        drop(acting);
        (instance, held)
    }
}
