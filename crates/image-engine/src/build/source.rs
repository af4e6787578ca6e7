//! The source's root tree: the lowest layer of the image, or the layers of an earlier one.

use std::time::Instant;

use super::Build;
use super::reuse::Search;
use super::steps::Done;
use crate::error::BuildError;
use crate::layer::key;
use crate::layer::session::Made;
use crate::log::Heading;
use crate::observer::{Observer, Stage};
use crate::sandbox::{Layers, Place, StepEnd};
use crate::source;
use crate::spec::Source;

impl Build {
    pub(super) fn prepare_source(&mut self, source: &Source, observer: &mut dyn Observer) -> Result<(), BuildError> {
        let name = source::name(source);
        let heading = Heading {
            stage: Stage::Source,
            index: 0,
            count: 1,
            name: &name,
            provisioner: "",
        };
        self.carry_out(heading, observer, |build| match source {
            Source::Image { top } => {
                build.session.use_image(*top, &build.cancel)?;
                build.layers = Layers::of_image(build.session.chain().iter().copied());
                build.foresee_image()?;
                Ok(build.reused(*top))
            }
            _ => {
                let source = source::settle(source)?;
                build.base(&source, &name)
            }
        })
    }

    /// The layer of a source that is not an image: an earlier one, or a new one.
    fn base(&mut self, source: &Source, name: &str) -> Result<Done, BuildError> {
        let key = key::of_source(&source::identity(source)?);
        self.foresee_source(&key)?;
        // The tree of a source is the same whoever makes it; that is not a matter of the steps.
        let _reservation = match self.search(&key, true)? {
            Search::Found(id) => {
                self.layers.finish(Place::Kept(id));
                self.session.push(id);
                return Ok(self.reused(id));
            }
            Search::ToBeMade(reservation) => reservation,
        };
        let started = Instant::now();
        let Self {
            sandbox,
            layers,
            log,
            cancel,
            session,
            ..
        } = self;
        let layer = session.begin()?;
        if let Err(error) = source::make(source, sandbox, layer.id, &mut |bytes| log.print(bytes), cancel) {
            session.discard(layer, sandbox);
            return Err(error);
        }
        let made = Made {
            parent: None,
            key: Some(key),
            step: name,
            oldest: layer.began,
            elapsed: started.elapsed(),
        };
        let id = session.complete(layer, made, sandbox, cancel)?;
        session.push(id);
        layers.finish(Place::Kept(id));
        Ok(Done::Ended(StepEnd::Exited(0)))
    }
}
