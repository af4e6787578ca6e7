//! The table: a test for each resource, whose counts it prints.

use std::collections::HashSet;
use std::sync::Arc;

use terraform_provider_imagebuilder::backend::fault::Fault;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::act::Act;
use crate::cell::{Cell, Expected, Lasts, Site, stand_on};
use crate::noun::{GALLERY, GALLERY_IMAGE, GROUP, Noun, RUN, RUN_OF_IMAGES, STAGING_GROUP, TEMPLATE, TRIGGER};
use crate::tally::Tally;
use crate::world::World;

/// Cells under way at once: most of them wait.
const AT_ONCE: usize = 24;

/// Faults that end a command when they last. The others are refusals, which say the same the second time.
pub(crate) const LASTING: [Fault; 6] = [
    Fault::Throttled,
    Fault::ServerErrorAfter,
    Fault::GatewayTimeoutAfter,
    Fault::ResetBefore,
    Fault::ResetAfter,
    Fault::Truncated,
];

#[tokio::test(flavor = "multi_thread")]
async fn a_resource_group_comes_through_every_fault() {
    check(&GROUP).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_staging_resource_group_comes_through_every_fault() {
    check(&STAGING_GROUP).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gallery_comes_through_every_fault() {
    check(&GALLERY).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gallery_image_comes_through_every_fault() {
    check(&GALLERY_IMAGE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_template_comes_through_every_fault() {
    check(&TEMPLATE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trigger_comes_through_every_fault() {
    check(&TRIGGER).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_comes_through_every_fault() {
    // Every cell is a build or two: only the requests that no other resource makes, where they count.
    check_sites(&RUN, |act, site| {
        let after_the_run = match act {
            Act::Create => 1,
            // A refresh comes before it.
            Act::Update => 2,
            Act::Refresh | Act::Delete => return false,
        };
        let reads_outputs = site.path.ends_with("/runOutputs$") && site.nth == after_the_run;
        let polls = site.path == "/operation" && act == Act::Create;
        site.method == "POST" || reads_outputs || polls
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_images_of_a_run_are_deleted_through_every_fault() {
    check_sites(&RUN_OF_IMAGES, |_, site| site.method == "DELETE").await;
}

async fn check(noun: &'static Noun) {
    check_sites(noun, |_, _| true).await;
}

async fn check_sites(noun: &'static Noun, is_wanted: impl Fn(Act, &Site) -> bool) {
    let world = World::new();
    let mut cells = Vec::new();
    for act in noun.acts {
        let (sites, expected) = without_faults(&world, noun, *act).await;
        for site in sites.into_iter().filter(|site| is_wanted(*act, site)) {
            let once = Fault::ALL.map(|fault| (fault, Lasts::Once));
            let lasting = LASTING.map(|fault| (fault, Lasts::ThroughTheAct));
            for (fault, lasts) in once.into_iter().chain(lasting) {
                let cell = Cell {
                    noun,
                    act: *act,
                    site: site.clone(),
                    fault,
                    lasts,
                };
                if !cell.is_a_lie() && (lasts == Lasts::Once || site.nth == 1) {
                    cells.push((cell, expected.clone()));
                }
            }
        }
    }
    let faults: HashSet<Fault> = cells.iter().map(|(cell, _)| cell.fault).collect();
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let mut under_way = JoinSet::new();
    for (cell, expected) in cells {
        let (world, turns) = (world.clone(), turns.clone());
        under_way.spawn(async move {
            let _turn = turns.acquire_owned().await.unwrap();
            let went = tokio::spawn({
                let cell = cell.clone();
                async move { cell.go_through(&world, &expected).await }
            });
            (cell, went.await)
        });
    }
    let (mut tally, mut broken) = (Tally::default(), Vec::new());
    while let Some(went) = under_way.join_next().await {
        let (cell, went) = went.unwrap();
        match went {
            Ok((ended, faults)) => tally.add(&cell.site.verb(), cell.fault, ended, faults),
            Err(_) => broken.push(cell.label()),
        }
    }
    println!("{}\n{tally}\n", noun.type_name);
    broken.sort();
    assert!(
        broken.is_empty(),
        "{} cells are broken:\n{}",
        broken.len(),
        broken.join("\n")
    );
    assert_eq!(world.inventory().await, [""; 0], "something is left over");
    assert_eq!(world.notes_left(), 0, "a note is left over");
    assert_eq!(tally.kinds(), faults.len(), "every fault came");
}

/// Goes through an act without faults: the requests that it makes, and what it leaves in the service.
pub(crate) async fn without_faults(
    world: &Arc<World>,
    noun: &'static Noun,
    act: crate::act::Act,
) -> (Vec<Site>, Expected) {
    let name = world.name();
    let line = world.line();
    let core = world.process(&line).await;
    let mut foundations = stand_on(&core, noun, &name).await;
    let mut instance = act.begin(&core, noun, &name).await;
    line.take_asked();
    line.take_carried();
    act.carry_out(&mut instance, noun, &name).await.unwrap();
    let sites = Site::all(&line.take_asked(), &name);
    let expected = Expected::of(world, &line, &name).await;
    instance.destroy().await.unwrap();
    while let Some(mut foundation) = foundations.pop() {
        foundation.destroy().await.unwrap();
    }
    (sites, expected)
}
