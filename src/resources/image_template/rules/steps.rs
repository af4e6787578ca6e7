//! Rules of the steps, which are the same for those that change the image and those that test it.

use tf_provider::{Attr, Diagnostic, Diagnostics, Path, path};

use super::exclusive::{exactly_one, presence};
use super::source::{self, KnownSystem};
use crate::arm::operating_system::OperatingSystem;
use crate::arm::shown::quoted;
use crate::resources::checks;
use crate::resources::image_template::customize::{File, Shell};
use crate::resources::image_template::model::ImageTemplate;
use crate::resources::image_template::windows::PowerShell;

pub(super) fn check(template: &ImageTemplate, found: &mut Diagnostics) {
    let system = source::operating_system(template);
    for (index, step) in template.customize.as_known().into_iter().flatten().enumerate() {
        let Attr::Known(step) = step else { continue };
        let at = || Path::root("customize").index(index);
        let kinds = [
            ("shell", presence(&step.shell)),
            ("powershell", presence(&step.powershell)),
            ("file", presence(&step.file)),
            ("windows_restart", presence(&step.windows_restart)),
            ("windows_update", presence(&step.windows_update)),
        ];
        exactly_one(at, &kinds, found);
        check_content(&at, &step.shell, &step.powershell, &step.file, system, found);
        if let Some(linux) = system.filter(|known| known.system == OperatingSystem::Linux) {
            if step.windows_restart.is_known() {
                let way_out = "Linux has no such step; leave it out";
                found.push(foreign(
                    at().attribute("windows_restart"),
                    "windows_restart",
                    linux,
                    way_out,
                ));
            }
            if step.windows_update.is_known() {
                let way_out = "write a `shell` step that calls the distribution's package manager";
                found.push(foreign(
                    at().attribute("windows_update"),
                    "windows_update",
                    linux,
                    way_out,
                ));
            }
        }
    }
    check_validation(template, system, found);
}

fn check_validation(template: &ImageTemplate, system: Option<KnownSystem<'_>>, found: &mut Diagnostics) {
    let Attr::Known(validation) = &template.validate else {
        return;
    };
    let steps = validation.in_vm_validations.as_known().into_iter().flatten();
    for (index, step) in steps.enumerate() {
        let Attr::Known(step) = step else { continue };
        let at = || path!("validate"."in_vm_validations"[index]);
        let kinds = [
            ("shell", presence(&step.shell)),
            ("powershell", presence(&step.powershell)),
            ("file", presence(&step.file)),
        ];
        exactly_one(at, &kinds, found);
        check_content(&at, &step.shell, &step.powershell, &step.file, system, found);
    }
    let customized = template.customize.as_known().is_some_and(|steps| !steps.is_empty());
    if validation.source_validation_only == Attr::Known(true) && customized {
        let detail = "`source_validation_only` tests the source as it is, so that `customize` would never run. Take one of them out.";
        let at = path!("validate"."source_validation_only");
        found.push(Diagnostic::error("Steps that never run", detail).at(at));
    }
}

fn check_content(
    at: &dyn Fn() -> Path,
    shell: &Attr<Shell>,
    powershell: &Attr<PowerShell>,
    file: &Attr<File>,
    system: Option<KnownSystem<'_>>,
    found: &mut Diagnostics,
) {
    if let Attr::Known(shell) = shell {
        let at = || at().attribute("shell");
        check_script(&at, &shell.inline, &shell.script_uri, &shell.sha256_checksum, found);
        if let Some(windows) = system.filter(|known| known.system == OperatingSystem::Windows) {
            found.push(foreign(at(), "shell", windows, "write a `powershell` step"));
        }
    }
    if let Attr::Known(script) = powershell {
        let at = || at().attribute("powershell");
        check_script(&at, &script.inline, &script.script_uri, &script.sha256_checksum, found);
        check_rights(&at, script, found);
        for (index, code) in script.valid_exit_codes.as_known().into_iter().flatten().enumerate() {
            if let Some(Err(reason)) = code.as_known().map(checks::exit_code) {
                let at = at().attribute("valid_exit_codes").index(index);
                found.push(Diagnostic::error("Invalid value for \"valid_exit_codes\"", reason).at(at));
            }
        }
        if let Some(linux) = system.filter(|known| known.system == OperatingSystem::Linux) {
            found.push(foreign(at(), "powershell", linux, "write a `shell` step"));
        }
    }
    if let (Attr::Known(file), Some(system)) = (file, system) {
        check_destination(&|| at().attribute("file"), file, system, found);
    }
}

/// Commands or a script, and a checksum only for a script.
fn check_script(
    at: &dyn Fn() -> Path,
    inline: &Attr<Vec<Attr<String>>>,
    script_uri: &Attr<String>,
    checksum: &Attr<String>,
    found: &mut Diagnostics,
) {
    let kinds = [("inline", presence(inline)), ("script_uri", presence(script_uri))];
    exactly_one(at, &kinds, found);
    // Where both or neither are set, that is what has to be mended first.
    if checksum.is_known() && script_uri.is_null() && inline.is_known() {
        let detail = "A checksum belongs to a `script_uri`; commands given `inline` have none. Take it out.";
        found.push(Diagnostic::error("Checksum without a script", detail).at(at().attribute("sha256_checksum")));
    }
    let Attr::Known(commands) = inline else { return };
    let is_blank = |command: &Attr<String>| command.as_str().is_some_and(|text| text.trim().is_empty());
    if commands.is_empty() {
        let detail = "There is no command. Write at least one, or leave the step out.";
        found.push(Diagnostic::error("Empty step", detail).at(at().attribute("inline")));
    } else if commands.iter().all(is_blank) {
        let detail = "Every command is blank, so that the step does nothing. Leave it out.";
        found.push(Diagnostic::warning("Step without effect", detail).at(at().attribute("inline")));
    }
}

/// The system user is reached from an elevated shell alone.
fn check_rights(at: &dyn Fn() -> Path, script: &PowerShell, found: &mut Diagnostics) {
    let elevated = match script.run_elevated {
        Attr::Unknown => return,
        Attr::Null => false,
        Attr::Known(elevated) => elevated,
    };
    if script.run_as_system == Attr::Known(true) && !elevated {
        let detail = "`run_as_system` needs `run_elevated = true`. Add it, or take `run_as_system` out.";
        found.push(Diagnostic::error("System user without elevation", detail).at(at().attribute("run_as_system")));
    }
}

/// A path is one of the source's operating system.
fn check_destination(at: &dyn Fn() -> Path, file: &File, source: KnownSystem<'_>, found: &mut Diagnostics) {
    let Attr::Known(destination) = &file.destination else {
        return;
    };
    let is_windows = checks::is_windows_path(destination);
    // What is no path of either has been refused as such.
    let (other, meant) = match source.system {
        OperatingSystem::Linux if is_windows => ("Windows", "/tmp/"),
        OperatingSystem::Windows if !is_windows && destination.starts_with("/tmp/") => ("Linux", "C:\\"),
        _ => return,
    };
    let name = destination.rsplit(['/', '\\']).next().unwrap_or_default();
    let detail = format!(
        "{} is a path of {other}, and the source (publisher {}) is {}; write \"{meant}{name}\".",
        quoted(destination),
        quoted(source.publisher),
        source.system
    );
    let at = at().attribute("destination");
    found.push(Diagnostic::error("Path of another operating system", detail).at(at));
}

fn foreign(at: Path, kind: &str, source: KnownSystem<'_>, way_out: &str) -> Diagnostic {
    let other = match source.system {
        OperatingSystem::Linux => OperatingSystem::Windows,
        OperatingSystem::Windows => OperatingSystem::Linux,
    };
    let detail = format!(
        "`{kind}` runs on {other} alone, and the source (publisher {}) is {}; {way_out}.",
        quoted(source.publisher),
        source.system
    );
    Diagnostic::error("Step of another operating system", detail).at(at)
}
