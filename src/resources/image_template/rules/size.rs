//! How large a template may be: as large as a request to Azure Resource Manager.

use tf_provider::{Attr, Diagnostic, Diagnostics, Path, path};

use crate::resources::image_template::customize::{CustomizeStep, File, Shell, ValidationStep};
use crate::resources::image_template::model::ImageTemplate;
use crate::resources::image_template::windows::PowerShell;

/// Most bytes of a request to Azure Resource Manager (documented among its limits). What a template is made of beside its
/// steps is small.
const LARGEST_REQUEST: usize = 4 * 1024 * 1024;

/// Bytes that every step has in JSON beside its texts: `{"type":"Shell","inline":[]},`.
const STEP: usize = 30;

pub(super) fn check(template: &ImageTemplate, found: &mut Diagnostics) {
    let mut sum = 0;
    let customize = template.customize.as_known().into_iter().flatten();
    let at = |index| Path::root("customize").index(index);
    for (index, step) in customize.enumerate() {
        sum += step.as_known().map_or(0, customizer);
        if sum > LARGEST_REQUEST {
            return complain(sum, at(index), found);
        }
    }
    let validate = template.validate.as_known();
    let validations = validate.and_then(|validate| validate.in_vm_validations.as_known());
    for (index, step) in validations.into_iter().flatten().enumerate() {
        sum += step.as_known().map_or(0, validator);
        if sum > LARGEST_REQUEST {
            return complain(sum, path!("validate"."in_vm_validations"[index]), found);
        }
    }
}

fn complain(sum: usize, at: Path, found: &mut Diagnostics) {
    let detail = format!(
        "Up to this step the template has {sum} bytes, and a request to Azure Resource Manager has at most {LARGEST_REQUEST}. Put \
         long scripts into files and name those by `script_uri`, or make one step of several."
    );
    found.push(Diagnostic::error("Template too large", detail).at(at));
}

fn customizer(step: &CustomizeStep) -> usize {
    let restart = step.windows_restart.as_known();
    let update = step.windows_update.as_known();
    STEP + text(&step.name)
        + content(&step.shell, &step.powershell, &step.file)
        + restart.map_or(0, |restart| {
            text(&restart.restart_command) + text(&restart.restart_check_command)
        })
        + update.map_or(0, |update| text(&update.search_criteria) + texts(&update.filters))
}

fn validator(step: &ValidationStep) -> usize {
    STEP + text(&step.name) + content(&step.shell, &step.powershell, &step.file)
}

fn content(shell: &Attr<Shell>, powershell: &Attr<PowerShell>, file: &Attr<File>) -> usize {
    shell
        .as_known()
        .map_or(0, |shell| texts(&shell.inline) + text(&shell.script_uri))
        + powershell
            .as_known()
            .map_or(0, |script| texts(&script.inline) + text(&script.script_uri))
        + file
            .as_known()
            .map_or(0, |file| text(&file.source_uri) + text(&file.destination))
}

fn texts(attributes: &Attr<Vec<Attr<String>>>) -> usize {
    attributes.as_known().into_iter().flatten().map(text).sum()
}

/// Bytes of a text in JSON, with its quotes and a comma.
fn text(attribute: &Attr<String>) -> usize {
    let escaped = |byte: u8| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' => 2,
        0..0x20 => 6,
        _ => 1,
    };
    attribute
        .as_str()
        .map_or(0, |text| 3 + text.bytes().map(escaped).sum::<usize>())
}
