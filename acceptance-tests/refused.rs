//! Bad input: each its own error, at its place, with the state intact and nothing half-made.

use crate::harness::configuration::{GALLERY, Golden, HEAD, TEMPLATE, TO_GALLERY};
use crate::harness::workspace::Workspace;

#[test]
fn a_template_over_an_existing_one_is_refused_with_the_import_command() {
    let golden = Golden::new().without_run();
    let workspace = Workspace::with(golden.configuration());
    workspace.apply();
    let id = workspace.state().of(TEMPLATE).text("id").to_owned();
    workspace.forget(&[TEMPLATE]);

    workspace
        .try_apply()
        .fails_with(&["terraform import imagebuilder_image_template.<name>", &id]);
    workspace.import(TEMPLATE, &id);
    workspace.assert_nothing_to_do();
}

#[test]
fn a_malformed_id_is_refused_by_plan_with_its_path_and_the_right_form() {
    let target =
        "{ run_output_name = \"gallery\", gallery_image = { gallery_image_id = \"/subscriptions/s/galleries/g\" } }";
    let workspace = Workspace::with(Golden::new().distribute(&[target]).configuration());
    let answer = workspace.try_plan();
    let error = answer.fails_with(&[
        "distribute[0].gallery_image.gallery_image_id",
        "\"/subscriptions/s/galleries/g\"",
        "Microsoft.Compute/galleries/{gallery}/images/{gallery image}",
    ]);
    assert_eq!(error.address.as_deref(), Some(TEMPLATE));
    assert!(
        error.code().contains("gallery_image_id"),
        "it points at {:?}",
        error.code()
    );
}

#[test]
fn a_value_that_is_known_only_at_apply_breaks_the_same_rules_before_anything_is_sent() {
    let late = |value: &str| format!("resource \"terraform_data\" \"late\" {{\n  input = \"{value}\"\n}}\n");
    let output = "${terraform_data.late.output}";
    let to_vhd = |name: &str| format!("{{ run_output_name = \"{name}\", vhd = {{}} }}");
    let twice = [to_vhd("IMAGE"), to_vhd(output)];
    for (golden, value, expected) in [
        (
            Golden::new().step(&format!("{{ shell = {{ inline = [\"true\"] }}, name = \"{output}\" }}")),
            "two\\nlines",
            [
                "Invalid value for \"name\"",
                "`customize[0].name`: \"two\\u000alines\" holds",
            ],
        ),
        (
            Golden::new().distribute(&[&twice[0], &twice[1]]),
            "image",
            [
                "Run output name used twice",
                "`distribute[1].run_output_name`: \"image\" is already the name of distribute[0]",
            ],
        ),
    ] {
        let configuration = golden.without_run().configuration() + &late(value);
        let workspace = Workspace::with(configuration);
        workspace.try_plan().succeeded();
        let answer = workspace.try_apply();
        let error = answer.fails_with(&expected);
        assert_eq!(error.address.as_deref(), Some(TEMPLATE));
        assert!(workspace.state().find(TEMPLATE).is_none(), "it was made all the same");
        let templates = workspace.machine.staging_groups();
        assert!(templates.is_empty(), "something was sent: {templates:?}");
    }
}

#[test]
fn a_location_that_contradicts_the_staging_group_is_refused_while_planning() {
    let group = "resource \"imagebuilder_staging_resource_group\" \"staging\" {\n  name = \"staging\"\n  location = \"eastus\"\n}\n";
    let golden = Golden::new()
        .without_run()
        .template("staging_resource_group_id = imagebuilder_staging_resource_group.staging.id");
    let workspace = Workspace::with(format!("{HEAD}{GALLERY}{group}"));
    workspace.apply();
    workspace.configure(golden.configuration() + group);
    let answer = workspace.try_plan();
    let error = answer.fails_with(&[
        "Region of the staging group",
        "\"westus2\" is not the region of the staging resource group \"staging\", which is \"eastus\"; both have to be in the same.",
    ]);
    assert!(error.code().contains("location"), "it points at {:?}", error.code());
}

#[test]
fn target_regions_without_the_gallery_images_own_are_refused_while_planning() {
    let target = "{ run_output_name = \"gallery\", gallery_image = { gallery_image_id = imagebuilder_gallery_image.base.id, \
                  target_regions = [{ name = \"North Europe\" }] } }";
    let workspace = Workspace::with(format!("{HEAD}{GALLERY}"));
    workspace.apply();
    workspace.configure(Golden::new().without_run().distribute(&[target]).configuration());
    workspace.try_plan().fails_with(&[
        "Region of the gallery image",
        "`distribute[0].gallery_image.target_regions`: The gallery image \"base\" is in \"westus2\", where its versions are made, and \
         which is not among the regions. Add { name = \"westus2\" }.",
    ]);
}

#[test]
fn a_gallery_where_a_gallery_image_belongs_is_told_what_to_append() {
    let gallery = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/images/providers/Microsoft.Compute/galleries/golden";
    let target = format!("{{ run_output_name = \"gallery\", gallery_image = {{ gallery_image_id = \"{gallery}\" }} }}");
    let workspace = Workspace::with(Golden::new().distribute(&[&target]).configuration());
    workspace.try_plan().fails_with(&[
        "Invalid value for \"gallery_image_id\"",
        "is the id of a gallery; a gallery image is needed: append \"/images/{gallery image}\"",
    ]);
}

#[test]
fn a_windows_step_on_a_linux_source_is_refused_and_a_windows_template_is_accepted_with_a_warning() {
    let step = "{ powershell = { inline = [\"hostname\"] } }";
    let workspace = Workspace::with(Golden::new().step(step).configuration());
    workspace.try_plan().fails_with(&[
        "Step of another operating system",
        "`powershell` runs on Windows alone, and the source (publisher \"imagebuilder\") is Linux; write a `shell` step.",
    ]);
    let windows = "{ platform_image = { publisher = \"MicrosoftWindowsServer\", offer = \"WindowsServer\", sku = \"2022-datacenter-g2\" } }";
    workspace.configure(Golden::new().without_run().source(windows).step(step).configuration());
    workspace.try_plan().succeeded().warns(&[
        "Not built on the local backend",
        "Images of the publisher \"MicrosoftWindowsServer\" are Windows",
        "a run of it is refused",
    ]);
}

// Ten thousand are tried on the simulated core: Terraform itself takes half a minute for them.
#[test]
fn two_thousand_steps_are_planned_and_five_megabytes_of_commands_are_not() {
    let many = Golden::new()
        .without_run()
        .template("customize = [for pair in setproduct(range(100), range(20)) : { shell = { inline = [\"echo ${pair[0]} ${pair[1]}\"] } }]");
    let workspace = Workspace::with(many.configuration());
    workspace.try_plan().succeeded();
    let long = Golden::new().without_run().template(
        "customize = [{ shell = { inline = [join(\"\", [for number in range(1000) : format(\"%05243d\", number)])] } }]",
    );
    workspace.configure(long.configuration());
    workspace
        .try_plan()
        .fails_with(&["Template too large", "4194304", "script_uri"]);
}

#[test]
fn a_step_of_two_kinds_or_of_none_is_refused_by_validate() {
    let two = "{ shell = { inline = [\"true\"] }, file = { source_uri = \"file:///x\", destination = \"/tmp/x\" } }";
    for step in [two, "{ name = \"nothing\" }"] {
        let workspace = Workspace::with(Golden::new().step(step).configuration());
        workspace.try_plan().fails_with(&["shell", "file"]);
    }
}

#[test]
fn two_run_outputs_of_one_name_are_refused() {
    let workspace = Workspace::with(Golden::new().distribute(&[TO_GALLERY, TO_GALLERY]).configuration());
    workspace.try_plan().fails_with(&["run_output_name", "\"gallery\""]);
}

#[test]
fn a_build_timeout_of_five_minutes_is_refused() {
    let golden = Golden::new().template("build_timeout_minutes = 5");
    let workspace = Workspace::with(golden.configuration());
    workspace.try_plan().fails_with(&["build_timeout_minutes", "5", "6"]);
}

#[test]
fn a_checksum_that_differs_fails_the_template_and_tells_both() {
    let workspace = Workspace::new();
    let script = workspace.machine.file("step.sh", b"true\n");
    let wrong = "0".repeat(64);
    let golden = Golden::new().step(&format!(
        "{{ shell = {{ script_uri = \"{script}\", sha256_checksum = \"{wrong}\" }} }}"
    ));
    workspace.configure(golden.configuration());
    workspace.init();
    workspace.try_apply().fails_with(&["customize[0]", "SHA-256", &wrong]);

    let mended = Golden::new().step(&format!("{{ shell = {{ script_uri = \"{script}\" }} }}"));
    workspace.configure(mended.configuration());
    workspace.apply();
    workspace.assert_nothing_to_do();
}

#[test]
fn a_referenced_file_that_is_not_there_is_named() {
    let step = "{ file = { source_uri = \"file:///nowhere/page.html\", destination = \"/tmp/page.html\" } }";
    let workspace = Workspace::with(Golden::new().step(step).configuration());
    workspace.try_apply().fails_with(&["/nowhere/page.html"]);
}

#[test]
fn a_source_that_is_not_there_is_named() {
    let source = "{ platform_image = { publisher = \"imagebuilder\", offer = \"busybox\", sku = \"huge\", version = \"latest\" } }";
    let workspace = Workspace::with(Golden::new().source(source).configuration());
    workspace.try_apply().fails_with(&["huge"]);

    let gone = "{ gallery_image_version_id = \"${imagebuilder_gallery_image.base.id}/versions/9.9.9\" }";
    let workspace = Workspace::with(Golden::new().source(gone).configuration());
    workspace.try_apply().fails_with(&["9.9.9"]);
}

#[test]
fn a_script_of_five_megabytes_is_refused_by_its_size_and_one_of_three_runs() {
    let workspace = Workspace::new();
    let script = |bytes: usize| {
        let mut script = b"echo began\n".to_vec();
        while script.len() < bytes {
            script.extend_from_slice(b"# a line of a long script that does nothing at all\n");
        }
        script.extend_from_slice(b"echo ended > /etc/ended\n");
        script
    };
    let golden = |uri: &str| Golden::new().step(&format!("{{ shell = {{ script_uri = \"{uri}\" }} }}"));
    let too_long = workspace.machine.file("too-long.sh", &script(5 << 20));
    workspace.configure(golden(&too_long).configuration());
    workspace.init();
    workspace
        .try_apply()
        .fails_with(&["too-long.sh", "too large", "4194304"]);

    let long = workspace.machine.file("long.sh", &script(3 << 20));
    workspace.configure(golden(&long).configuration());
    workspace.apply();
    workspace.assert_nothing_to_do();
}

#[test]
fn a_file_customizer_outside_tmp_is_refused_by_plan() {
    let step = "{ file = { source_uri = \"file:///etc/hostname\", destination = \"/etc/name\" } }";
    let workspace = Workspace::with(Golden::new().step(step).configuration());
    workspace.try_plan().fails_with(&["destination", "/etc/name", "/tmp"]);
}

#[test]
fn a_mirror_that_is_no_web_address_is_refused_by_plan() {
    let local = "provider \"imagebuilder\" {\n  local = { mirrors = { debian = \"ftp://ftp.debian.org/debian\" } }\n}";
    let configuration = Golden::new().configuration();
    let workspace = Workspace::with(configuration.replace("provider \"imagebuilder\" {}", local));
    let answer = workspace.try_plan();
    let error = answer.fails_with(&[
        "local.mirrors.debian",
        "\"ftp://ftp.debian.org/debian\"",
        "http://deb.debian.org/debian",
    ]);
    assert!(error.code().contains("mirrors"), "it points at {:?}", error.code());
}
