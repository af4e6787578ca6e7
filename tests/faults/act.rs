//! What Terraform does with a resource.

use serde_json::Value as Json;
use tf_provider::Diagnostics;
use tf_provider::testing::{Core, Instance};

use crate::noun::Noun;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Act {
    Create,
    Refresh,
    Update,
    Delete,
}

impl Act {
    pub(crate) const ALL: [Self; 4] = [Self::Create, Self::Refresh, Self::Update, Self::Delete];

    /// The resource as it is before the act.
    pub(crate) async fn begin(self, core: &Core, noun: &Noun, name: &str) -> Instance {
        let mut instance = core.resource(noun.type_name);
        if self != Self::Create {
            instance.apply(&(noun.config)(name)).await.unwrap();
        }
        instance
    }

    /// What is wanted in the end; none: its absence.
    pub(crate) fn wanted(self, noun: &Noun, name: &str) -> Option<Json> {
        match self {
            Self::Create | Self::Refresh => Some((noun.config)(name)),
            Self::Update => Some((noun.changed)(name)),
            Self::Delete => None,
        }
    }

    /// One command of Terraform.
    pub(crate) async fn carry_out(self, instance: &mut Instance, noun: &Noun, name: &str) -> Result<(), Diagnostics> {
        match self.wanted(noun, name) {
            _ if self == Self::Refresh => instance.refresh().await.map(drop),
            Some(wanted) => instance.apply(&wanted).await.map(drop),
            None => {
                instance.refresh().await?;
                instance.destroy().await.map(drop)
            }
        }
    }
}
