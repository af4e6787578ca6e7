//! The fingerprint of a template: SHA-256 over everything that shapes the result of a run.
//!
//! Two spellings of one thing (an id in other case, a region as `West US 2`, a script behind another SAS token, a default
//! written out) have one fingerprint. The algorithm is frozen by the golden values in the tests: a change of it would run
//! every template again. A new attribute adds a line only when it is set, and so changes no fingerprint that exists.

use sha2::{Digest, Sha256};
use tf_provider::Attr;

use super::customize::{CustomizeStep, File, Shell, Validation, ValidationStep};
use super::distribute::{Distribution, GalleryImageTarget};
use super::model::{ImageTemplate, Source};
use crate::arm::location;
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

    /// A flag whose absence means false.
    fn flag(&mut self, path: &str, value: &Attr<bool>) -> Result<(), NotKnown> {
        if known(value)? == Some(&true) {
            self.put(path, true);
        }
        Ok(())
    }

    fn digest(&self) -> String {
        Sha256::digest(self.0.join("\n").as_bytes())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
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
        if let Some(CustomizeStep { name, shell, file }) = known(step)? {
            step_lines(lines, &format!("customize[{index}]"), name, shell, file)?;
        }
    }
    if let Some(validation) = known(&template.validate)? {
        validation_lines(lines, validation)?;
    }
    for (index, target) in known(&template.distribute)?.into_iter().flatten().enumerate() {
        if let Some(target) = known(target)? {
            distribution_lines(lines, &format!("distribute[{index}]"), target)?;
        }
    }
    if let Some(profile) = known(&template.vm_profile)?
        && let Some(gigabytes) = known(&profile.os_disk_size_gb)?.filter(|size| **size > 0)
    {
        lines.put("vm_profile.os_disk_size_gb", *gigabytes);
    }
    Ok(())
}

fn source_lines(lines: &mut Lines, source: &Source) -> Result<(), NotKnown> {
    if let Some(image) = known(&source.platform_image)? {
        lines.text_as("source.platform_image.publisher", &image.publisher, str::to_lowercase)?;
        lines.text_as("source.platform_image.offer", &image.offer, str::to_lowercase)?;
        lines.text_as("source.platform_image.sku", &image.sku, str::to_lowercase)?;
        lines.text("source.platform_image.version", &image.version)?;
    }
    lines.text_as("source.managed_image_id", &source.managed_image_id, str::to_lowercase)?;
    lines.text_as(
        "source.gallery_image_version_id",
        &source.gallery_image_version_id,
        str::to_lowercase,
    )
}

fn step_lines(
    lines: &mut Lines,
    path: &str,
    name: &Attr<String>,
    shell: &Attr<Shell>,
    file: &Attr<File>,
) -> Result<(), NotKnown> {
    lines.text(&format!("{path}.name"), name)?;
    if let Some(shell) = known(shell)? {
        for (index, command) in known(&shell.inline)?.into_iter().flatten().enumerate() {
            lines.text(&format!("{path}.shell.inline[{index}]"), command)?;
        }
        lines.text_as(
            &format!("{path}.shell.script_uri"),
            &shell.script_uri,
            checks::without_sas,
        )?;
        lines.text(&format!("{path}.shell.sha256_checksum"), &shell.sha256_checksum)?;
    }
    if let Some(file) = known(file)? {
        lines.text_as(
            &format!("{path}.file.source_uri"),
            &file.source_uri,
            checks::without_sas,
        )?;
        lines.text(&format!("{path}.file.destination"), &file.destination)?;
        lines.text(&format!("{path}.file.sha256_checksum"), &file.sha256_checksum)?;
    }
    Ok(())
}

fn validation_lines(lines: &mut Lines, validation: &Validation) -> Result<(), NotKnown> {
    lines.flag(
        "validate.continue_distribute_on_failure",
        &validation.continue_distribute_on_failure,
    )?;
    lines.flag("validate.source_validation_only", &validation.source_validation_only)?;
    for (index, step) in known(&validation.in_vm_validations)?.into_iter().flatten().enumerate() {
        if let Some(ValidationStep { name, shell, file }) = known(step)? {
            step_lines(
                lines,
                &format!("validate.in_vm_validations[{index}]"),
                name,
                shell,
                file,
            )?;
        }
    }
    Ok(())
}

fn distribution_lines(lines: &mut Lines, path: &str, target: &Distribution) -> Result<(), NotKnown> {
    lines.text(&format!("{path}.run_output_name"), &target.run_output_name)?;
    for (name, value) in known(&target.artifact_tags)?.into_iter().flatten() {
        lines.text(
            &format!("{path}.artifact_tags[{}]", serde_json::Value::from(name.as_str())),
            value,
        )?;
    }
    if let Some(image) = known(&target.gallery_image)? {
        gallery_image_lines(lines, &format!("{path}.gallery_image"), image)?;
    }
    if let Some(image) = known(&target.managed_image)? {
        lines.text_as(
            &format!("{path}.managed_image.image_id"),
            &image.image_id,
            str::to_lowercase,
        )?;
        lines.text_as(
            &format!("{path}.managed_image.location"),
            &image.location,
            location::normalize,
        )?;
    }
    if known(&target.vhd)?.is_some() {
        lines.put(&format!("{path}.vhd"), true);
    }
    Ok(())
}

fn gallery_image_lines(lines: &mut Lines, path: &str, image: &GalleryImageTarget) -> Result<(), NotKnown> {
    lines.text_as(
        &format!("{path}.gallery_image_id"),
        &image.gallery_image_id,
        str::to_lowercase,
    )?;
    if let Some(versioning) = known(&image.versioning)? {
        lines.text_as(
            &format!("{path}.versioning.scheme"),
            &versioning.scheme,
            str::to_lowercase,
        )?;
        if let Some(major) = known(&versioning.major)?.filter(|major| **major >= 0) {
            lines.put(&format!("{path}.versioning.major"), *major);
        }
    }
    lines.flag(&format!("{path}.exclude_from_latest"), &image.exclude_from_latest)
}

#[cfg(test)]
#[path = "fingerprint_tests.rs"]
mod tests;
