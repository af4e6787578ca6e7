//! A kernel that a customizer installs is the one that the machine boots.

use super::{DEBIAN, workspace};
use crate::harness::configuration::{Golden, TO_VHD};
use crate::harness::virtual_machine::VirtualMachine;

/// Tells the console which kernel runs.
const TELL_KERNEL: &str = "\
[Unit]\\n\
[Service]\\nType=oneshot\\nExecStart=/bin/sh -c 'echo \"the kernel is $(uname -r)\" >/dev/console'\\n\
[Install]\\nWantedBy=multi-user.target\\n";

#[test]
fn another_kernel_package_leaves_a_disk_that_boots_it() {
    let Some(workspace) = workspace("another_kernel_package_leaves_a_disk_that_boots_it", 2) else {
        return;
    };
    let unit = format!(
        "printf '%b' {} > /etc/systemd/system/tell-kernel.service",
        shell_quoted(TELL_KERNEL)
    );
    let golden = Golden::new()
        .source(DEBIAN)
        .shell("console", &[&unit, "systemctl enable tell-kernel.service"])
        .shell(
            "kernel",
            &[
                "sudo apt-get update",
                "sudo apt-get install -y --no-install-recommends linux-image-amd64",
                "ls /boot/vmlinuz-*-cloud-amd64",
            ],
        )
        .distribute(&[TO_VHD]);
    workspace.configure(golden.configuration());
    workspace.init();
    workspace.apply();

    let vhd = workspace.state().vhd();
    let machine = VirtualMachine {
        vhd: &vhd,
        memory_mib: 1024,
    };
    let console = machine.console_until("the kernel is ");
    let kernel = console.rsplit("the kernel is ").next().unwrap().lines().next().unwrap();
    assert!(
        kernel.ends_with("-amd64") && !kernel.contains("cloud"),
        "it runs {kernel}"
    );
}

fn shell_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
