//! The Windows examples: templates that the local backend keeps with a warning and refuses to run.

use super::{destroy_all, example};

fn is_kept_with_a_warning_and_not_run(folder: &str, publisher: &str) {
    let workspace = example(folder, "build = false\n");
    workspace.apply().warns(&["Not built on the local backend", publisher]);
    workspace.assert_nothing_to_do();

    let run = example(folder, "");
    run.try_apply().fails_with(&[publisher, "local backend"]);
    destroy_all(&run);
    destroy_all(&workspace);
}

#[test]
fn windows_gallery_image_is_kept_with_a_warning_and_a_run_of_it_refused_by_name() {
    is_kept_with_a_warning_and_not_run("windows-gallery-image", "MicrosoftWindowsServer");
}

#[test]
fn virtual_desktop_is_kept_with_a_warning_and_a_run_of_it_refused_by_name() {
    is_kept_with_a_warning_and_not_run("virtual-desktop", "MicrosoftWindowsDesktop");
}
