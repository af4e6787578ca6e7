//! The option `--network`.

use clap::ValueEnum;
use image_engine::Network;

/// What the steps of a build can reach.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Reach {
    /// The internet, but not this machine.
    Isolated,
    /// Nothing.
    None,
    /// All that this machine reaches.
    Host,
}

impl From<Reach> for Network {
    fn from(reach: Reach) -> Self {
        match reach {
            Reach::Isolated => Self::Isolated,
            Reach::None => Self::None,
            Reach::Host => Self::Host,
        }
    }
}
