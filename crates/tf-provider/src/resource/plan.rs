//! [`Plan`]: a create or update plan in the hands of a resource.

use crate::model::Model;
use crate::path::Path;
use crate::value::Value;

/// A create or update plan, after defaults, unknown values and `keep`.
#[derive(Clone, Debug)]
pub struct Plan<M> {
    /// The state before; `None` when the object is created (also as the second half of a replacement).
    pub prior: Option<M>,
    /// What the user wrote.
    pub config: M,
    /// The state after, to be refined.
    pub planned: M,
    differs: bool,
    replace: Vec<Path>,
}

impl<M> Plan<M> {
    pub(crate) const fn new(prior: Option<M>, config: M, planned: M, differs: bool, replace: Vec<Path>) -> Self {
        Self {
            prior,
            config,
            planned,
            differs,
            replace,
        }
    }

    /// Whether the object is created.
    pub const fn is_create(&self) -> bool {
        self.prior.is_none()
    }

    /// Whether anything differs from the prior state in more than spelling; true for a create.
    pub const fn differs(&self) -> bool {
        self.differs
    }

    /// Whether the attributes, or an earlier [`Plan::require_replace`], already force replacement.
    pub const fn replaces(&self) -> bool {
        !self.replace.is_empty()
    }

    /// The attributes that force replacement so far.
    pub fn replace_paths(&self) -> &[Path] {
        &self.replace
    }

    /// Asks for replacement because of this attribute. It counts only if the attribute's planned value differs from the prior
    /// one; unknown differs from everything.
    pub fn require_replace(&mut self, path: Path) {
        self.replace.push(path);
    }

    pub(crate) fn into_parts(self) -> (M, Vec<Path>) {
        (self.planned, self.replace)
    }
}

impl Plan<Value> {
    /// The same plan in terms of a model.
    pub(crate) fn try_map<M, E>(&self, model: impl Fn(&Value) -> Result<M, E>) -> Result<Plan<M>, E> {
        Ok(Plan {
            prior: self.prior.as_ref().map(&model).transpose()?,
            config: model(&self.config)?,
            planned: model(&self.planned)?,
            differs: self.differs,
            replace: self.replace.clone(),
        })
    }

    /// Takes over what a resource decided on its model.
    pub(crate) fn take_decisions<M: Model>(&mut self, typed: Plan<M>) {
        self.planned = typed.planned.to_value();
        self.replace = typed.replace;
    }
}
