//! Steps that need not run, as an earlier build, or one that runs at the same time, has done the same on the same layer.

use super::Build;
use super::steps::Done;
use crate::error::BuildError;
use crate::layer::key::{self, Ground};
use crate::layer::search::Reservation;
use crate::layer::{LONGEST_CHAIN, LayerId};
use crate::log::Heading;
use crate::sandbox::Place;
use crate::spec::Step;
use crate::step;

/// How many layers are checked at once: each one is an open file, as long as it is used.
const MOST_FORESEEN: usize = 256;

/// What became of the search for a layer.
pub(super) enum Search {
    Found(LayerId),
    /// It has to be made. Meanwhile other builds wait for it, unless another one is making the same already.
    ToBeMade(Option<Reservation>),
}

impl Build {
    /// Carries out a customizer, or finds its layer.
    pub(super) fn customizer(&mut self, heading: Heading<'_>, step: &Step) -> Result<Done, BuildError> {
        self.join_long_chain()?;
        let content = self.content(heading.index, step)?;
        let key = self
            .session
            .ground()
            .map(|ground| key::of_step(ground, &content, self.sandbox.network()));
        let Some(key) = key else {
            return self.run_afresh(heading, step, None);
        };
        match self.search(&key, self.session.reuse.steps)? {
            Search::Found(id) => {
                self.layers.finish(Place::Kept(id));
                self.session.push(id);
                Ok(self.reused(id))
            }
            Search::ToBeMade(_reservation) => self.run_afresh(heading, step, Some(key)),
        }
    }

    fn run_afresh(&mut self, heading: Heading<'_>, step: &Step, key: Option<String>) -> Result<Done, BuildError> {
        let Heading { stage, index, .. } = heading;
        self.run_in_layer(heading, key, || step::run_of(step, stage, index))
            .map(Done::Ended)
    }

    /// Looks for a layer. If it is to be reused and another build makes it at this moment, waits for that.
    pub(super) fn search(&mut self, key: &str, reuse: bool) -> Result<Search, BuildError> {
        if reuse && let Some(id) = self.find(key)? {
            return Ok(Search::Found(id));
        }
        let reservation = match self.session.reserve(key)? {
            Some(reservation) => reservation,
            None if reuse => {
                self.note("==> waiting for another build, which is making the same layer")?;
                self.session.await_reservation(key, &self.cancel)?
            }
            None => return Ok(Search::ToBeMade(None)),
        };
        // Another build may have completed it just before.
        if reuse && let Some(id) = self.find(key)? {
            return Ok(Search::Found(id));
        }
        Ok(Search::ToBeMade(Some(reservation)))
    }

    fn find(&mut self, key: &str) -> Result<Option<LayerId>, BuildError> {
        while let Some(id) = self.session.candidate(key)? {
            if self.session.is_intact(id) {
                return Ok(Some(id));
            }
            self.check(&[id])?;
        }
        Ok(None)
    }

    /// Checks layers in one go; what is found to be damaged is not used any more.
    fn check(&mut self, layers: &[LayerId]) -> Result<(), BuildError> {
        for damaged in self.session.check(layers, &self.sandbox, &self.cancel)? {
            self.note(&format!(
                "==> the layer of \"{damaged}\" is not as it was made, and is not used any more"
            ))?;
        }
        Ok(())
    }

    /// Checks all layers at once that will probably be reused: the source's by its key, and those of the steps.
    pub(super) fn foresee_source(&mut self, key: &str) -> Result<(), BuildError> {
        let Some(base) = self.session.candidate(key)? else {
            return Ok(());
        };
        self.foresee(vec![base], Ground::Own(base))
    }

    /// The same for the steps on the image that is the source.
    pub(super) fn foresee_image(&mut self) -> Result<(), BuildError> {
        let chain = self.session.chain().to_vec();
        match self.session.ground() {
            Some(ground) => self.foresee(chain, ground),
            None => Ok(()),
        }
    }

    fn foresee(&mut self, mut layers: Vec<LayerId>, ground: Ground) -> Result<(), BuildError> {
        if self.session.reuse.steps {
            self.foresee_steps(&mut layers, ground)?;
        }
        self.check(&layers)
    }

    fn foresee_steps(&mut self, layers: &mut Vec<LayerId>, mut ground: Ground) -> Result<(), BuildError> {
        let mut depth = layers.len();
        let steps = self.customize.clone();
        for (index, step) in steps.iter().enumerate() {
            if layers.len() >= MOST_FORESEEN {
                break;
            }
            if depth >= LONGEST_CHAIN {
                let Some(id) = self.session.candidate(&key::of_joined(ground))? else {
                    break;
                };
                layers.push(id);
                (ground, depth) = (Ground::Own(id), 1);
            }
            // A file that is missing is told when its step is due.
            let Ok(content) = self.content(index, step) else { break };
            let key = key::of_step(ground, &content, self.sandbox.network());
            let Some(id) = self.session.candidate(&key)? else {
                break;
            };
            layers.push(id);
            (ground, depth) = (Ground::Own(id), depth + 1);
        }
        Ok(())
    }

    /// The digest of what a customizer does. Its file is read once, unless it has changed since.
    fn content(&mut self, index: usize, step: &Step) -> Result<String, BuildError> {
        let stamp = key::stamp(step);
        match self.contents.get(&index) {
            Some((known, content)) if *known == stamp => Ok(content.clone()),
            _ => {
                let content = key::content(step)?;
                self.contents.insert(index, (stamp, content.clone()));
                Ok(content)
            }
        }
    }

    pub(super) fn reused(&self, id: LayerId) -> Done {
        Done::Reused {
            built: self.session.history(id),
        }
    }
}
