//! What changes the image, and what tests it.

use serde_json::{Value as Json, json};

use crate::frame::{bad, check, row, write};
use crate::samples::{TEMPLATE, linux, sha256, windows};

const CUSTOMIZER: &str = "`shell`, `powershell`, `file`, `windows_restart`, `windows_update`";

#[tokio::test]
async fn each_step_is_one_kind() {
    let rows = [
        row(
            "a customizer is of one kind",
            [
                ("customize[0].shell", json!({ "inline": ["true"] })),
                (
                    "customize[0].file",
                    json!({ "source_uri": "https://host/a", "destination": "/tmp/a" }),
                ),
            ],
            "customize[0]",
            "Too many arguments",
            format!("`shell` and `file` are set; keep one of {CUSTOMIZER}."),
        ),
        row(
            "a customizer is of some kind",
            [("customize[1]", json!({ "name": "nothing" }))],
            "customize[1]",
            "Missing argument",
            format!("Set exactly one of {CUSTOMIZER}."),
        ),
        row(
            "a validator is of some kind",
            [("validate.in_vm_validations[1]", json!({}))],
            "validate.in_vm_validations[1]",
            "Missing argument",
            "Set exactly one of `shell`, `powershell`, `file`.",
        ),
        row(
            "a list has no place for null",
            [("customize[1]", Json::Null)],
            "customize[1]",
            "Null element",
            "null is no element: it would be sent as nothing at all. Leave it out, such as with `[for each in … : each if each != null]`.",
        ),
        row(
            "testing the source alone excludes steps that change it",
            [
                ("validate.source_validation_only", json!(true)),
                ("customize", json!([{ "shell": { "inline": ["true"] } }])),
            ],
            "validate.source_validation_only",
            "Steps that never run",
            "`source_validation_only` tests the source as it is, so that `customize` would never run. Take one of them out.",
        ),
    ];
    check(TEMPLATE, &linux(), &rows).await;
}

#[tokio::test]
async fn a_shell_has_commands_or_a_script() {
    for (good, place) in [
        (linux(), "customize[0].shell"),
        (linux(), "validate.in_vm_validations[0].shell"),
        (windows(), "customize[0].powershell"),
        (windows(), "validate.in_vm_validations[0].powershell"),
    ] {
        let at = |member: &str| -> &'static str { format!("{place}.{member}").leak() };
        let (inline, uri, checksum) = (at("inline"), at("script_uri"), at("sha256_checksum"));
        let rows = [
            row(
                "commands and a script exclude each other",
                [(inline, json!(["true"])), (uri, json!("https://host/a.sh"))],
                place,
                "Too many arguments",
                "`inline` and `script_uri` are set; keep one of `inline`, `script_uri`.",
            ),
            row(
                "there are commands or a script",
                [(inline, Json::Null)],
                place,
                "Missing argument",
                "Set exactly one of `inline`, `script_uri`.",
            ),
            row(
                "there is a command",
                [(inline, json!([]))],
                inline,
                "Empty step",
                "There is no command. Write at least one, or leave the step out.",
            ),
            row(
                "commands that are all blank do nothing",
                [(inline, json!(["", "  "]))],
                inline,
                "Step without effect",
                "Every command is blank, so that the step does nothing. Leave it out.",
            )
            .warns(),
            row(
                "a command is not null",
                [(inline, json!(["true", null]))],
                at("inline[1]"),
                "Null element",
                "null is no element: it would be sent as nothing at all. Leave it out, such as with `[for each in … : each if each != \
                 null]`.",
            ),
            row(
                "a command holds no NUL",
                [(inline, json!(["true", "echo \0"]))],
                at("inline[1]"),
                "Invalid value for \"inline\"",
                "Character 6 of the text is a NUL (\"\\u0000\"), which no text can hold.",
            ),
            row(
                "a checksum belongs to a script",
                [(inline, json!(["true"])), (checksum, json!(sha256()))],
                checksum,
                "Checksum without a script",
                "A checksum belongs to a `script_uri`; commands given `inline` have none. Take it out.",
            ),
        ];
        check(TEMPLATE, &good, &rows).await;
    }
}

#[tokio::test]
async fn checksums_and_addresses() {
    let upper = sha256().to_uppercase();
    let mut rows = Vec::new();
    for place in [
        "customize[1].shell.sha256_checksum",
        "customize[2].file.sha256_checksum",
        "validate.in_vm_validations[1].file.sha256_checksum",
        "optimize.workload.sha256_checksum",
    ] {
        rows.push(bad(
            "a checksum in upper case is answered with the one in lower case",
            place,
            json!(upper),
            format!("\"{upper}\" is not in lower case; write \"{}\"", sha256()),
        ));
        rows.push(bad(
            "a checksum has 64 digits",
            place,
            json!("abc"),
            "\"abc\" is not a SHA-256: that has 64 hex digits in lower case, this has 3",
        ));
    }
    for place in [
        "customize[1].shell.script_uri",
        "customize[2].file.source_uri",
        "validate.in_vm_validations[1].file.source_uri",
        "optimize.workload.script_uri",
    ] {
        rows.push(bad(
            "content comes from the web or from a file",
            place,
            json!("ftp://host/install.sh?sig=SECRET"),
            "\"ftp://host/install.sh?(redacted)\" is not a URI that can be fetched; it begins with \"https://\", \"http://\" or \"file:///\"",
        ));
        rows.push(bad(
            "a file's URI has an absolute path",
            place,
            json!("file://install.sh"),
            "\"file://install.sh\" names no absolute path; write \"file:///…\", such as \
             \"file://${abspath(path.module)}/install.sh\"",
        ));
        rows.push(bad(
            "a URI holds no space",
            place,
            json!("https://host/my script.sh"),
            "\"https://host/my script.sh\" holds \" \", which no URI does",
        ));
    }
    check(TEMPLATE, &linux(), &rows).await;
}

#[tokio::test]
async fn scripts_of_every_step() {
    for (mut good, place) in [
        (linux(), "validate.in_vm_validations[0].shell"),
        (windows(), "customize[0].powershell"),
        (windows(), "validate.in_vm_validations[0].powershell"),
    ] {
        let at = |member: &str| -> &'static str { format!("{place}.{member}").leak() };
        write(
            &mut good,
            place,
            json!({ "script_uri": "https://host/a", "sha256_checksum": sha256() }),
        );
        let rows = [
            bad(
                "content comes from the web or from a file",
                at("script_uri"),
                json!("ftp://host/a"),
                "\"ftp://host/a\" is not a URI that can be fetched; it begins with \"https://\", \"http://\" or \"file:///\"",
            ),
            bad(
                "a checksum has 64 digits",
                at("sha256_checksum"),
                json!("abc"),
                "\"abc\" is not a SHA-256: that has 64 hex digits in lower case, this has 3",
            ),
        ];
        check(TEMPLATE, &good, &rows).await;
    }
}

#[tokio::test]
async fn files_go_where_the_service_can_write() {
    let rows = [
        bad(
            "on Linux a file goes below /tmp, and the error says how it gets elsewhere",
            "customize[2].file.destination",
            json!("/etc/motd"),
            "\"/etc/motd\" is not a file below /tmp; copy it to \"/tmp/motd\" and let a shell step after it move it (`sudo mv`)",
        ),
        bad(
            "a destination names the file",
            "validate.in_vm_validations[1].file.destination",
            json!("/tmp/tests/"),
            "\"/tmp/tests/\" is a folder; append the name of the file",
        ),
        row(
            "a path of Windows is none on a Linux source",
            [
                ("customize[2].file.destination", json!("C:\\site\\page.html")),
                ("source.platform_image.publisher", json!("canonical")),
            ],
            "customize[2].file.destination",
            "Path of another operating system",
            "\"C:\\site\\page.html\" is a path of Windows, and the source (publisher \"canonical\") is Linux; write \"/tmp/page.html\".",
        ),
    ];
    check(TEMPLATE, &linux(), &rows).await;
    let rows = [row(
        "a path below /tmp is none on a Windows source",
        [("customize[2].file.destination", json!("/tmp/page.html"))],
        "customize[2].file.destination",
        "Path of another operating system",
        "\"/tmp/page.html\" is a path of Linux, and the source (publisher \"MicrosoftWindowsServer\") is Windows; write \
         \"C:\\page.html\".",
    )];
    check(TEMPLATE, &windows(), &rows).await;
}

#[tokio::test]
async fn steps_run_on_the_operating_system_of_a_known_source() {
    let foreign = |kind: &str, way_out: &str| {
        format!("`{kind}` runs on Windows alone, and the source (publisher \"Debian\") is Linux; {way_out}.")
    };
    let summary = "Step of another operating system";
    let rows = [
        row(
            "PowerShell does not run on a Linux source",
            [("customize[0]", json!({ "powershell": { "inline": ["hostname"] } }))],
            "customize[0].powershell",
            summary,
            foreign("powershell", "write a `shell` step"),
        ),
        row(
            "PowerShell does not test a Linux source",
            [(
                "validate.in_vm_validations[0]",
                json!({ "powershell": { "inline": ["hostname"] } }),
            )],
            "validate.in_vm_validations[0].powershell",
            summary,
            foreign("powershell", "write a `shell` step"),
        ),
        row(
            "a Linux source is not restarted",
            [("customize[0]", json!({ "windows_restart": {} }))],
            "customize[0].windows_restart",
            summary,
            foreign("windows_restart", "Linux has no such step; leave it out"),
        ),
        row(
            "updates of Windows are none of a Linux source",
            [("customize[0]", json!({ "windows_update": {} }))],
            "customize[0].windows_update",
            summary,
            foreign(
                "windows_update",
                "write a `shell` step that calls the distribution's package manager",
            ),
        ),
    ];
    check(TEMPLATE, &linux(), &rows).await;
    let rows = [row(
        "the shell does not run on a Windows source",
        [("customize[0]", json!({ "shell": { "inline": ["hostname"] } }))],
        "customize[0].shell",
        summary,
        "`shell` runs on Linux alone, and the source (publisher \"MicrosoftWindowsServer\") is Windows; write a `powershell` step.",
    )];
    check(TEMPLATE, &windows(), &rows).await;
}

#[tokio::test]
async fn steps_that_only_windows_has() {
    let rows = [
        row(
            "the system user is reached from an elevated shell",
            [
                ("customize[0].powershell.run_as_system", json!(true)),
                ("customize[0].powershell.run_elevated", json!(false)),
            ],
            "customize[0].powershell.run_as_system",
            "System user without elevation",
            "`run_as_system` needs `run_elevated = true`. Add it, or take `run_as_system` out.",
        ),
        row(
            "the system user is reached from an elevated shell",
            [
                ("validate.in_vm_validations[0].powershell.run_as_system", json!(true)),
                ("validate.in_vm_validations[0].powershell.run_elevated", json!(false)),
            ],
            "validate.in_vm_validations[0].powershell.run_as_system",
            "System user without elevation",
            "`run_as_system` needs `run_elevated = true`. Add it, or take `run_as_system` out.",
        ),
        bad(
            "an exit code has 32 bits",
            "customize[0].powershell.valid_exit_codes[1]",
            json!(4_294_967_296_i64),
            "4294967296 is no exit code, which is a number of 32 bits; 0 and 3010 are common ones",
        ),
        bad(
            "an exit code has 32 bits",
            "validate.in_vm_validations[0].powershell.valid_exit_codes[0]",
            json!(-2_147_483_649_i64),
            "-2147483649 is no exit code, which is a number of 32 bits; 0 and 3010 are common ones",
        ),
        bad(
            "a restart's timeout has a unit",
            "customize[3].windows_restart.restart_timeout",
            json!("10 minutes"),
            "\"10 minutes\" is no span of time: write a number and \"s\", \"m\" or \"h\", such as \"5m\"; did you mean \"10m\"?",
        ),
        bad(
            "a restart takes time",
            "customize[3].windows_restart.restart_timeout",
            json!("0s"),
            "\"0s\" is no time at all; write a number and \"s\", \"m\" or \"h\", such as \"5m\"",
        ),
        bad(
            "a limit of updates is not negative",
            "customize[4].windows_update.update_limit",
            json!(-1),
            "-1 updates; write 1 or more, or 0 for the service's default of 1000",
        ),
    ];
    check(TEMPLATE, &windows(), &rows).await;
}

#[tokio::test]
async fn a_template_fits_into_one_request() {
    let rows = [
        row(
            "a script of 5 MB is told what to do with it",
            [("customize[0].shell.inline", json!(["x".repeat(5 << 20)]))],
            "customize[0]",
            "Template too large",
            "Up to this step the template has 5242924 bytes, and a request to Azure Resource Manager has at most 4194304. Put long scripts \
             into files and name those by `script_uri`, or make one step of several.",
        ),
        row(
            "what is escaped in JSON counts as it is sent",
            [("customize[0].shell.inline", json!(["\"".repeat(3 << 20)]))],
            "customize[0]",
            "Template too large",
            "Up to this step the template has 6291500 bytes, and a request to Azure Resource Manager has at most 4194304. Put long scripts \
             into files and name those by `script_uri`, or make one step of several.",
        ),
    ];
    check(TEMPLATE, &linux(), &rows).await;
    let step = json!({ "shell": { "inline": ["true"] } });
    let mut many = linux();
    many["customize"] = Json::Array(vec![step; 10_000]);
    check(TEMPLATE, &many, &[]).await;
}
