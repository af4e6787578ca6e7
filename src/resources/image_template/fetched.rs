//! Content that the service fetches for a template: scripts and files, each behind a URI, vouched for by a checksum.

use tf_provider::{Attr, Path};

use super::customize::{CustomizeStep, File, Shell, ValidationStep};
use super::model::ImageTemplate;
use super::optimize::Workload;
use super::windows::PowerShell;

/// What names content to be fetched.
pub(super) trait Fetched {
    /// Where it is.
    fn uri(&self) -> &Attr<String>;
    /// What vouches for it.
    fn checksum(&self) -> &Attr<String>;
    /// The checksum, to be settled.
    fn checksum_mut(&mut self) -> &mut Attr<String>;
}

macro_rules! fetched {
    ($($model:ty, $uri:ident;)+) => {$(
        impl Fetched for $model {
            fn uri(&self) -> &Attr<String> {
                &self.$uri
            }

            fn checksum(&self) -> &Attr<String> {
                &self.sha256_checksum
            }

            fn checksum_mut(&mut self) -> &mut Attr<String> {
                &mut self.sha256_checksum
            }
        }
    )+};
}

fetched! {
    Shell, script_uri;
    PowerShell, script_uri;
    File, source_uri;
    Workload, script_uri;
}

/// The parts of a template that fetch content; within one, content belongs together by its position.
pub(super) const PARTS: [Part; 3] = [Part::Customize, Part::Validate, Part::Workload];

/// A part of a template that fetches content.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    /// The steps of `customize`.
    Customize,
    /// The steps of `validate`.
    Validate,
    /// `optimize.workload`.
    Workload,
}

impl Part {
    /// The attribute that is replaced when content has to be fetched anew.
    pub(super) fn path(self) -> Path {
        Path::root(match self {
            Self::Customize => "customize",
            Self::Validate => "validate",
            Self::Workload => "optimize",
        })
    }

    /// What each step of the part fetches; none for a step that is not known or fetches nothing.
    pub(super) fn of(self, template: &ImageTemplate) -> Vec<Option<&dyn Fetched>> {
        match self {
            Self::Customize => {
                let steps = template.customize.as_known().into_iter().flatten();
                steps.map(|step| step.as_known()?.fetched()).collect()
            }
            Self::Validate => {
                let validation = template.validate.as_known();
                let steps = validation.and_then(|validation| validation.in_vm_validations.as_known());
                let steps = steps.into_iter().flatten();
                steps.map(|step| step.as_known()?.fetched()).collect()
            }
            Self::Workload => {
                let optimize = template.optimize.as_known();
                let workload = optimize.and_then(|optimize| optimize.workload.as_known());
                vec![workload.map(|workload| workload as &dyn Fetched)]
            }
        }
    }

    /// The same, to be settled.
    pub(super) fn of_mut(self, template: &mut ImageTemplate) -> Vec<Option<&mut dyn Fetched>> {
        match self {
            Self::Customize => {
                let steps = template.customize.as_known_mut().into_iter().flatten();
                steps.map(|step| step.as_known_mut()?.fetched_mut()).collect()
            }
            Self::Validate => {
                let validation = template.validate.as_known_mut();
                let steps = validation.and_then(|validation| validation.in_vm_validations.as_known_mut());
                let steps = steps.into_iter().flatten();
                steps.map(|step| step.as_known_mut()?.fetched_mut()).collect()
            }
            Self::Workload => {
                let optimize = template.optimize.as_known_mut();
                let workload = optimize.and_then(|optimize| optimize.workload.as_known_mut());
                vec![workload.map(|workload| workload as &mut dyn Fetched)]
            }
        }
    }
}

macro_rules! step {
    ($($model:ty),+) => {$(
        impl $model {
            fn fetched(&self) -> Option<&dyn Fetched> {
                match (&self.shell, &self.powershell, &self.file) {
                    (Attr::Known(shell), _, _) => Some(shell),
                    (_, Attr::Known(powershell), _) => Some(powershell),
                    (_, _, Attr::Known(file)) => Some(file),
                    _ => None,
                }
            }

            fn fetched_mut(&mut self) -> Option<&mut dyn Fetched> {
                match (&mut self.shell, &mut self.powershell, &mut self.file) {
                    (Attr::Known(shell), _, _) => Some(shell),
                    (_, Attr::Known(powershell), _) => Some(powershell),
                    (_, _, Attr::Known(file)) => Some(file),
                    _ => None,
                }
            }
        }
    )+};
}

step!(CustomizeStep, ValidationStep);
