//! A run that an interrupt is to cancel, while the request that cancels it meets a fault, or the process is killed on the way. The next apply
//! takes over a run that goes on, and repeats one that was canceled; it begins none beside it.

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use serde_json::json;
use terraform_provider_imagebuilder::backend::fault::Fault;
use tf_provider::Diagnostics;
use tf_provider::testing::{Action, Instance};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::act::Act;
use crate::cell::{Expected, Lasts, Site, stand_on};
use crate::line::{Carried, Line, Moment};
use crate::matrix::{LASTING, without_faults};
use crate::noun::{Noun, RUN, TEMPLATE};
use crate::world::World;

const AT_ONCE: usize = 8;

/// A run that lasts long enough to be interrupted.
pub(crate) const SLOW_RUN: Noun = Noun {
    foundations: |name| {
        let mut foundations = (RUN.foundations)(name);
        let template = foundations
            .iter_mut()
            .find(|(type_name, _)| *type_name == TEMPLATE.type_name);
        template.unwrap().1["customize"] = json!([{"shell": {"inline": ["sleep 3"]}}]);
        foundations
    },
    ..RUN
};

/// What the request that cancels goes through.
#[derive(Clone, Copy, Debug)]
enum Trouble {
    Fault(Fault, Lasts),
    Kill(Moment),
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancellation_comes_through_every_fault() {
    let world = World::new();
    let (_, expected) = without_faults(&world, &SLOW_RUN, Act::Create).await;
    let once = Fault::ALL.map(|fault| Trouble::Fault(fault, Lasts::Once));
    let lasting = LASTING.map(|fault| Trouble::Fault(fault, Lasts::ThroughTheAct));
    let kills = [Moment::Unsent, Moment::Unanswered].map(Trouble::Kill);
    let troubles: Vec<Trouble> = once.into_iter().chain(lasting).chain(kills).collect();
    let number = troubles.len();
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let mut under_way = JoinSet::new();
    for trouble in troubles {
        let (world, turns, expected) = (world.clone(), turns.clone(), expected.clone());
        under_way.spawn(async move {
            let _turn = turns.acquire_owned().await.unwrap();
            let went = tokio::spawn(async move { trouble.go_through(&world, &expected).await });
            (trouble, went.await)
        });
    }
    let (mut canceled, mut killed, mut broken) = (0, 0, Vec::new());
    for (trouble, went) in under_way.join_all().await {
        match went {
            Ok(went) => {
                canceled += usize::from(went.canceled);
                killed += usize::from(went.killed);
            }
            Err(_) => broken.push(format!("{trouble:?}")),
        }
    }
    broken.sort();
    println!("POST cancel: {number} cells, {canceled} runs were canceled and repeated, {killed} processes were killed");
    assert!(broken.is_empty(), "{} are broken:\n{}", broken.len(), broken.join("\n"));
    assert!(
        canceled > 0 && canceled < number,
        "both ends were seen: {canceled} of {number}"
    );
    assert!(killed > 0, "no process was killed");
    assert_eq!(world.inventory().await, [""; 0], "something is left over");
    assert_eq!(world.notes_left(), 0, "a note is left over");
}

/// What became of the first run and of its process.
struct Went {
    canceled: bool,
    killed: bool,
}

impl Trouble {
    async fn go_through(self, world: &Arc<World>, expected: &Expected) -> Went {
        let name = world.name();
        let line = world.line();
        let core = world.process(&line).await;
        let mut foundations = stand_on(&core, &SLOW_RUN, &name).await;
        let instance = core.resource(SLOW_RUN.type_name);
        line.take_carried();
        let site = Site {
            method: "POST".to_owned(),
            path: "/imageTemplates/{}/cancel$".to_owned(),
            nth: 1,
        };
        let (instance, killed) = match self {
            Self::Kill(moment) => {
                line.hold(&site, &name, moment);
                let (its_world, its_line, its_name) = (world.clone(), line.clone(), name.clone());
                World::killed(&line, instance, |instance| async move {
                    interrupt(&its_world, &its_line, instance, &its_name).await.0
                })
                .await
            }
            Self::Fault(fault, lasts) => {
                line.fail(&site.rules(&name, fault, lasts));
                let (instance, ended) = interrupt(world, &line, instance, &name).await;
                assert!(line.heal() > 0, "nothing was canceled: {ended:?}");
                (instance, false)
            }
        };
        line.release();

        let next = world.process(&line).await;
        let mut instance = instance.handed_to(&next);
        let wanted = (SLOW_RUN.config)(&name);
        instance.apply(&wanted).await.unwrap();
        assert_eq!(instance.plan(&wanted).await.unwrap().action, Action::NoOp);
        let carried = line.take_carried();
        let canceled = carried.iter().any(is_accepted("/cancel"));
        let runs = carried.iter().filter(|carried| is_accepted("/run")(carried)).count();
        // A cancellation that was given up before it was answered is carried out and not recorded.
        assert!((1 + usize::from(canceled)..=2).contains(&runs), "{carried:?}");
        assert_eq!(
            expected.inventory(),
            Expected::of(world, &line, &name).await.inventory()
        );
        instance.destroy().await.unwrap();
        while let Some(foundation) = foundations.pop() {
            foundation.handed_to(&next).destroy().await.unwrap();
        }
        Went { canceled, killed }
    }
}

/// The provider is told to stop while the run goes on.
async fn interrupt(
    world: &Arc<World>,
    line: &Arc<Line>,
    instance: Instance,
    name: &str,
) -> (Instance, Result<(), Diagnostics>) {
    let core = world.process(line).await;
    let mut instance = instance.handed_to(&core);
    let wanted = (SLOW_RUN.config)(name);
    let ended = {
        let mut acting = Box::pin(instance.apply(&wanted));
        tokio::select! {
            ended = &mut acting => ended.map(drop),
            () = run_goes_on(line) => {
                core.stop().await;
                acting.await.map(drop)
            }
        }
    };
    (instance, ended)
}

/// Completes when a run has been accepted.
pub(crate) async fn run_goes_on(line: &Line) {
    while !line.has_carried(is_accepted("/run")) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

pub(crate) fn is_accepted(action: &str) -> impl Fn(&Carried) -> bool {
    move |carried| {
        carried.method == Method::POST && carried.path.ends_with(action) && (200..300).contains(&carried.status)
    }
}
