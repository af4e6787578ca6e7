//! HEAD, which only resource groups answer: whether one exists is told rightly or not at all.

use terraform_provider_imagebuilder::arm::id::ResourceGroupId;
use terraform_provider_imagebuilder::backend::fault::Fault;
use tf_provider::testing::Instance;

use crate::noun::GROUP;
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn whether_a_group_exists_is_told_rightly_or_not_at_all() {
    let world = World::new();
    let name = world.name();
    let line = world.line();
    let core = world.process(&line).await;
    let _group: Instance = World::make(&core, GROUP.type_name, &(GROUP.config)(&name)).await;
    let there = ResourceGroupId::parse(&(GROUP.id)(&name)).unwrap();
    let absent = ResourceGroupId::parse(&(GROUP.id)("absent")).unwrap();
    let client = world.client(&line);
    // An answer to HEAD has no body that could belie its status.
    let lies = [Fault::NotFound, Fault::Html, Fault::ErrorBody];
    for fault in Fault::ALL.into_iter().filter(|fault| !lies.contains(fault)) {
        for (id, exists) in [(&there, true), (&absent, false)] {
            line.fail(&crate::cell::rule_of("HEAD", fault));
            let told = client.exists(id).await;
            assert_eq!(line.heal(), 1, "{fault:?}");
            assert!(
                told.is_err() || told.as_ref().is_ok_and(|told| *told == exists),
                "{fault:?}: {told:?}"
            );
            assert_eq!(client.exists(id).await.unwrap(), exists, "{fault:?}");
        }
    }
}
