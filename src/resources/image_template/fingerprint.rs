//! The fingerprint of a template: SHA-256 over everything that shapes the result of a run.
//!
//! Two spellings of one thing (an id in other case, a region as `West US 2`, a script behind another SAS token, a default
//! written out) have one fingerprint. The algorithm is frozen by the golden values in the tests: a change of it would run
//! every template again. A new attribute adds a line only when it is set, and so changes no fingerprint that exists.

mod steps;
mod targets;

use sha2::{Digest, Sha256};
use tf_provider::Attr;

use super::fetched::Fetched;
use super::model::{ImageTemplate, Source};
use super::optimize::Optimize;
use crate::resources::checks;

/// The first line of what is hashed.
const ALGORITHM: &str = "imagebuilder template fingerprint 1";

/// The fingerprint in lower-case hexadecimal digits; unknown while anything that it covers is.
pub(super) fn of(template: &ImageTemplate) -> Attr<String> {
    let mut lines = Lines(vec![ALGORITHM.to_owned()]);
    match template_lines(&mut lines, template) {
        Ok(()) => Attr::Known(lines.digest()),
        Err(NotKnown) => Attr::Unknown,
    }
}

/// Something covered is not known yet.
struct NotKnown;

/// The covered values, one a line: the path, and the value quoted as JSON, so that no value can pass for two lines.
struct Lines(Vec<String>);

impl Lines {
    fn put(&mut self, path: &str, value: impl Into<serde_json::Value>) {
        self.0.push(format!("{path} = {}", value.into()));
    }

    fn text(&mut self, path: &str, value: &Attr<String>) -> Result<(), NotKnown> {
        self.text_as(path, value, str::to_owned)
    }

    fn text_as(&mut self, path: &str, value: &Attr<String>, normal: impl Fn(&str) -> String) -> Result<(), NotKnown> {
        if let Some(value) = known(value)? {
            self.put(path, normal(value));
        }
        Ok(())
    }

    /// A text that is left out where it says what its absence says.
    fn text_unless(&mut self, path: &str, value: &Attr<String>, default: &str) -> Result<(), NotKnown> {
        if let Some(value) = known(value)?.filter(|value| !value.is_empty() && *value != default) {
            self.put(path, value.as_str());
        }
        Ok(())
    }

    /// A word of the service, in whatever case, that is left out where it says what its absence says.
    fn word_unless(&mut self, path: &str, value: &Attr<String>, default: &str) -> Result<(), NotKnown> {
        if let Some(value) = known(value)?.filter(|value| !value.is_empty() && !value.eq_ignore_ascii_case(default)) {
            self.put(path, value.to_lowercase());
        }
        Ok(())
    }

    /// What is fetched: where from, and its checksum beside it.
    fn content(&mut self, uri_path: &str, content: &impl Fetched) -> Result<(), NotKnown> {
        self.text_as(uri_path, content.uri(), checks::without_sas)?;
        let parent = uri_path.rsplit_once('.').map_or(uri_path, |(parent, _)| parent);
        self.text(&format!("{parent}.sha256_checksum"), content.checksum())
    }

    /// A list of texts, in their order.
    fn texts(&mut self, path: &str, values: &Attr<Vec<Attr<String>>>) -> Result<(), NotKnown> {
        for (index, value) in known(values)?.into_iter().flatten().enumerate() {
            self.text(&format!("{path}[{index}]"), value)?;
        }
        Ok(())
    }

    /// A number that is left out where it says what its absence says.
    fn number_unless(&mut self, path: &str, value: &Attr<i64>, defaults: &[i64]) -> Result<(), NotKnown> {
        if let Some(value) = known(value)?.filter(|value| !defaults.contains(value)) {
            self.put(path, *value);
        }
        Ok(())
    }

    /// A flag whose absence means false.
    fn flag(&mut self, path: &str, value: &Attr<bool>) -> Result<(), NotKnown> {
        if known(value)? == Some(&true) {
            self.put(path, true);
        }
        Ok(())
    }

    fn digest(&self) -> String {
        format!("{:x}", Sha256::digest(self.0.join("\n")))
    }
}

fn known<T>(value: &Attr<T>) -> Result<Option<&T>, NotKnown> {
    match value {
        Attr::Unknown => Err(NotKnown),
        Attr::Null => Ok(None),
        Attr::Known(value) => Ok(Some(value)),
    }
}

fn template_lines(lines: &mut Lines, template: &ImageTemplate) -> Result<(), NotKnown> {
    if let Some(source) = known(&template.source)? {
        source_lines(lines, source)?;
    }
    for (index, step) in known(&template.customize)?.into_iter().flatten().enumerate() {
        if let Some(step) = known(step)? {
            steps::customize_lines(lines, &format!("customize[{index}]"), step)?;
        }
    }
    if let Some(validation) = known(&template.validate)? {
        steps::validation_lines(lines, validation)?;
    }
    if let Some(optimize) = known(&template.optimize)? {
        optimize_lines(lines, optimize)?;
    }
    for (index, target) in known(&template.distribute)?.into_iter().flatten().enumerate() {
        if let Some(target) = known(target)? {
            targets::lines(lines, &format!("distribute[{index}]"), target)?;
        }
    }
    if let Some(profile) = known(&template.vm_profile)?
        && let Some(gigabytes) = known(&profile.os_disk_size_gb)?.filter(|size| **size > 0)
    {
        lines.put("vm_profile.os_disk_size_gb", *gigabytes);
    }
    for (index, disk) in known(&template.additional_data_disks)?
        .into_iter()
        .flatten()
        .enumerate()
    {
        if let Some(gigabytes) = known(disk)?.map_or(Ok(None), |disk| known(&disk.size_gb))? {
            lines.put(&format!("additional_data_disks[{index}].size_gb"), *gigabytes);
        }
    }
    Ok(())
}

fn source_lines(lines: &mut Lines, source: &Source) -> Result<(), NotKnown> {
    if let Some(image) = known(&source.platform_image)? {
        lines.text_as("source.platform_image.publisher", &image.publisher, str::to_lowercase)?;
        lines.text_as("source.platform_image.offer", &image.offer, str::to_lowercase)?;
        lines.text_as("source.platform_image.sku", &image.sku, str::to_lowercase)?;
        lines.text("source.platform_image.version", &image.version)?;
        if let Some(plan) = known(&image.plan)? {
            lines.text_as("source.platform_image.plan.name", &plan.name, str::to_lowercase)?;
            lines.text_as("source.platform_image.plan.product", &plan.product, str::to_lowercase)?;
            lines.text_as(
                "source.platform_image.plan.publisher",
                &plan.publisher,
                str::to_lowercase,
            )?;
        }
    }
    lines.text_as("source.managed_image_id", &source.managed_image_id, str::to_lowercase)?;
    lines.text_as(
        "source.gallery_image_version_id",
        &source.gallery_image_version_id,
        str::to_lowercase,
    )
}

fn optimize_lines(lines: &mut Lines, optimize: &Optimize) -> Result<(), NotKnown> {
    lines.flag("optimize.vm_boot", &optimize.vm_boot)?;
    if let Some(workload) = known(&optimize.workload)? {
        lines.content("optimize.workload.script_uri", workload)?;
    }
    Ok(())
}

#[cfg(test)]
#[path = "fingerprint_tests.rs"]
mod tests;
