//! The lines of steps: `customize` and `validate`.

use super::super::customize::{CustomizeStep, File, Shell, Validation};
use super::super::windows::{PowerShell, WindowsRestart, WindowsUpdate};
use super::{Lines, NotKnown, known};
use tf_provider::Attr;

/// The lines of one step that changes the image.
pub(super) fn customize_lines(lines: &mut Lines, path: &str, step: &CustomizeStep) -> Result<(), NotKnown> {
    lines.text(&format!("{path}.name"), &step.name)?;
    shared_lines(lines, path, &step.shell, &step.powershell, &step.file)?;
    if let Some(restart) = known(&step.windows_restart)? {
        restart_lines(lines, &format!("{path}.windows_restart"), restart)?;
    }
    if let Some(update) = known(&step.windows_update)? {
        update_lines(lines, &format!("{path}.windows_update"), update)?;
    }
    Ok(())
}

/// The lines of `validate`.
pub(super) fn validation_lines(lines: &mut Lines, validation: &Validation) -> Result<(), NotKnown> {
    lines.flag(
        "validate.continue_distribute_on_failure",
        &validation.continue_distribute_on_failure,
    )?;
    lines.flag("validate.source_validation_only", &validation.source_validation_only)?;
    for (index, step) in known(&validation.in_vm_validations)?.into_iter().flatten().enumerate() {
        if let Some(step) = known(step)? {
            let path = format!("validate.in_vm_validations[{index}]");
            lines.text(&format!("{path}.name"), &step.name)?;
            shared_lines(lines, &path, &step.shell, &step.powershell, &step.file)?;
        }
    }
    Ok(())
}

/// The kinds of steps that both lists have.
fn shared_lines(
    lines: &mut Lines,
    path: &str,
    shell: &Attr<Shell>,
    powershell: &Attr<PowerShell>,
    file: &Attr<File>,
) -> Result<(), NotKnown> {
    if let Some(shell) = known(shell)? {
        lines.texts(&format!("{path}.shell.inline"), &shell.inline)?;
        lines.content(&format!("{path}.shell.script_uri"), shell)?;
    }
    if let Some(powershell) = known(powershell)? {
        powershell_lines(lines, &format!("{path}.powershell"), powershell)?;
    }
    if let Some(file) = known(file)? {
        // The destination stands between the two for as long as fingerprints have been made.
        lines.text_as(
            &format!("{path}.file.source_uri"),
            &file.source_uri,
            super::checks::without_sas,
        )?;
        lines.text(&format!("{path}.file.destination"), &file.destination)?;
        lines.text(&format!("{path}.file.sha256_checksum"), &file.sha256_checksum)?;
    }
    Ok(())
}

fn powershell_lines(lines: &mut Lines, path: &str, powershell: &PowerShell) -> Result<(), NotKnown> {
    lines.texts(&format!("{path}.inline"), &powershell.inline)?;
    lines.content(&format!("{path}.script_uri"), powershell)?;
    lines.flag(&format!("{path}.run_elevated"), &powershell.run_elevated)?;
    lines.flag(&format!("{path}.run_as_system"), &powershell.run_as_system)?;
    let codes = known(&powershell.valid_exit_codes)?
        .map(Vec::as_slice)
        .unwrap_or_default();
    if codes != [Attr::Known(0)] {
        for (index, code) in codes.iter().enumerate() {
            lines.number_unless(&format!("{path}.valid_exit_codes[{index}]"), code, &[])?;
        }
    }
    Ok(())
}

fn restart_lines(lines: &mut Lines, path: &str, restart: &WindowsRestart) -> Result<(), NotKnown> {
    // A restart without arguments is a step all the same.
    lines.put(path, true);
    lines.text_unless(
        &format!("{path}.restart_command"),
        &restart.restart_command,
        "shutdown /r /f /t 0 /c \"packer restart\"",
    )?;
    lines.text_unless(
        &format!("{path}.restart_check_command"),
        &restart.restart_check_command,
        "",
    )?;
    lines.text_unless(&format!("{path}.restart_timeout"), &restart.restart_timeout, "5m")
}

fn update_lines(lines: &mut Lines, path: &str, update: &WindowsUpdate) -> Result<(), NotKnown> {
    lines.put(path, true);
    lines.text_unless(&format!("{path}.search_criteria"), &update.search_criteria, "")?;
    lines.texts(&format!("{path}.filters"), &update.filters)?;
    lines.number_unless(&format!("{path}.update_limit"), &update.update_limit, &[0, 1000])
}
