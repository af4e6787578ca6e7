//! The provider as users install it: a filesystem mirror and a CLI configuration file that names it. One for the process.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use tempfile::TempDir;

/// The provider binary under test. The second run, as another user, has a copy where that user can read it.
pub(crate) fn provider_program() -> PathBuf {
    std::env::var_os("IMAGEBUILDER_TEST_PROVIDER").map_or_else(
        || PathBuf::from(env!("CARGO_BIN_EXE_terraform-provider-imagebuilder")),
        PathBuf::from,
    )
}

/// The folder `examples/` of the repository, or its copy.
pub(crate) fn examples() -> PathBuf {
    std::env::var_os("IMAGEBUILDER_TEST_EXAMPLES")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("examples"), PathBuf::from)
}

/// A filesystem mirror with the provider in it, and the CLI configuration file that makes Terraform look there and nowhere else.
pub(crate) struct Installation {
    _folder: TempDir,
    /// For `TF_CLI_CONFIG_FILE`.
    pub(crate) cli_configuration: PathBuf,
    /// The binary in the mirror, which every user can start.
    pub(crate) provider: PathBuf,
}

/// Providers whose resources `moved` blocks hand over.
const FORMER_PROVIDERS: [(&str, &str); 2] = [("azure", "azapi"), ("hashicorp", "azurerm")];

/// Begins the name of an installation's folder; the process's number follows.
const PREFIX: &str = "ib-mirror-";

/// Removes the installations of processes that have ended: what lives as long as a process is never dropped.
fn sweep() {
    for entry in fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let process = name
            .to_str()
            .and_then(|name| name.strip_prefix(PREFIX)?.split('-').next());
        if process.is_some_and(|process| !Path::new("/proc").join(process).exists()) {
            // Another process may sweep at the same time, or it may be another user's.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// The one installation of this process.
pub(crate) fn installation() -> &'static Installation {
    static INSTALLATION: OnceLock<Installation> = OnceLock::new();
    INSTALLATION.get_or_init(|| Installation::of(&provider_program()))
}

impl Installation {
    /// A mirror with this program as the provider.
    pub(crate) fn of(program: &Path) -> Self {
        install(program)
    }
}

fn install(program: &Path) -> Installation {
    let folder = tempfile::Builder::new()
        .prefix(&format!("{PREFIX}{}-", std::process::id()))
        .tempdir()
        .unwrap();
    sweep();
    let version = env!("CARGO_PKG_VERSION");
    let platform = match std::env::consts::ARCH {
        "aarch64" => "linux_arm64",
        _ => "linux_amd64",
    };
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let place = |namespace: &str, name: &str| {
        let package = format!("mirror/registry.terraform.io/{namespace}/{name}/{version}/{platform}");
        let package = folder.path().join(package);
        fs::create_dir_all(&package).unwrap();
        let installed = package.join(format!("terraform-provider-{name}_v{version}"));
        // The folder outlives the process, so it should cost nothing where it can.
        fs::hard_link(program, &installed)
            .or_else(|_| fs::copy(program, &installed).map(drop))
            .unwrap();
        installed
    };
    let provider = place("imagebuilder", "imagebuilder");
    // Terraform wants a plugin for each provider that a state names, though a `moved` block asks nothing of the old one.
    for (namespace, name) in FORMER_PROVIDERS {
        place(namespace, name);
    }
    let cli_configuration = folder.path().join("terraform.rc");
    let mirror = folder.path().join("mirror");
    fs::write(
        &cli_configuration,
        format!(
            "provider_installation {{\n  filesystem_mirror {{\n    path = \"{}\"\n  }}\n}}\n",
            mirror.display()
        ),
    )
    .unwrap();
    Installation {
        _folder: folder,
        cli_configuration,
        provider,
    }
}
