//! Making the layers of an image into one, before there are more than a mount can name.

use std::process::Stdio;
use std::time::Instant;

use super::Build;
use super::reuse::Search;
use crate::error::BuildError;
use crate::layer::session::Made;
use crate::layer::{LONGEST_CHAIN, key};
use crate::program::cp::{self, CP};
use crate::sandbox::{Layers, Place, ToolRun, View};

/// Where cp sees what the layers show ...
const TREE_AT: &str = "/from/u";
const HOME_AT: &str = "/from/h";
/// ... and the folder that it fills.
const JOINED_AT: &str = "/joined";

impl Build {
    /// Makes all layers of the image into one if there is no room for another one.
    pub(super) fn join_long_chain(&mut self) -> Result<(), BuildError> {
        match self.session.ground() {
            Some(ground) if self.session.chain().len() >= LONGEST_CHAIN => self.join(&key::of_joined(ground)),
            _ => Ok(()),
        }
    }

    /// The same for those of validators, which lie on the image for a while. It stays what it is, and is not copied for the
    /// first of them.
    pub(super) fn join_long_chain_in_scratch(&mut self) -> Result<(), BuildError> {
        if self.layers.count() < 2 * LONGEST_CHAIN {
            return Ok(());
        }
        let place = self.layers.scratch();
        let folder = place.folder();
        self.copy_to(
            place,
            View::Area {
                name: &folder,
                at: JOINED_AT,
            },
        )?;
        self.layers.replace_all(place);
        Ok(())
    }

    fn join(&mut self, key: &str) -> Result<(), BuildError> {
        let _reservation = match self.search(key, self.session.reuse.steps)? {
            Search::Found(id) => {
                self.layers.replace_all(Place::Kept(id));
                self.session.replace_all(id);
                return Ok(());
            }
            Search::ToBeMade(reservation) => reservation,
        };
        let count = self.layers.count();
        self.note(&format!("==> making the {count} layers of the image into one"))?;
        let started = Instant::now();
        let layer = self.session.begin()?;
        let place = Place::Kept(layer.id);
        if let Err(error) = self.copy_to(
            place,
            View::Layer {
                id: layer.id,
                at: JOINED_AT,
            },
        ) {
            self.session.discard(layer, &self.sandbox);
            return Err(error);
        }
        let made = Made {
            parent: None,
            key: Some(key.to_owned()),
            step: &format!("{count} layers made into one"),
            oldest: self.session.oldest_or(layer.began),
            elapsed: started.elapsed(),
        };
        let id = self.session.complete(layer, made, &self.sandbox, &self.cancel)?;
        self.layers.replace_all(place);
        self.session.replace_all(id);
        Ok(())
    }

    fn copy_to(&self, place: Place, joined: View<'_>) -> Result<(), BuildError> {
        let layers = &self.layers;
        let home = layers.has_home();
        let run = ToolRun {
            program: CP,
            arguments: cp::arguments([TREE_AT].into_iter().chain(home.then_some(HOME_AT)), JOINED_AT),
            acts: Layers::make(place),
            views: &[
                joined,
                View::Image { layers, at: TREE_AT },
                View::Home { layers, at: HOME_AT },
            ],
            input: Stdio::null(),
            output: None,
            operation: "making the layers of the image into one",
        };
        Ok(self.sandbox.run_tool(run, &self.cancel)?)
    }
}
