//! The texts that systemd-boot reads: its configuration and one entry for each kernel, as the Boot Loader Specification's
//! type 1 has them and as the guest's `kernel-install` writes them.

use std::cmp::Ordering;

use super::version::compare;

/// What the image says about itself, and its kernels.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// `PRETTY_NAME` of the distribution.
    pub(super) title: String,
    /// `IMAGE_ID` or `ID`: entries of one system stay together.
    pub(super) sort_key: String,
    /// The folder and the start of the entries' names; `kernel-install`'s "entry token".
    pub(super) token: String,
    /// The kernel's command line.
    pub(super) options: String,
    /// The name to which the distribution's `/vmlinuz` leads.
    pub(super) link: String,
    /// Whether installing a kernel in the guest also makes an entry for it.
    pub(super) has_hooks: bool,
    /// Whether the image brings its own boot loader.
    pub(super) has_loader: bool,
    pub(super) kernels: Vec<Kernel>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kernel {
    pub(super) version: String,
    pub(super) has_initrd: bool,
}

impl Kernel {
    /// What the distribution built it for, as "cloud-amd64" in 6.1.0-56-cloud-amd64: all after the parts that start with a
    /// digit.
    fn flavour(&self) -> Option<&str> {
        let mut rest = self.version.as_str();
        while rest.starts_with(|first: char| first.is_ascii_digit()) {
            rest = rest.split_once('-')?.1;
        }
        Some(rest)
    }

    /// The files of a kernel, from the root of the EFI system partition.
    pub(super) fn paths(&self, token: &str) -> [String; 2] {
        let version = &self.version;
        [
            format!("{token}/{version}/linux"),
            format!("{token}/{version}/initrd.img-{version}"),
        ]
    }
}

impl Found {
    /// Path and text of the entry for `kernel`.
    pub(super) fn entry(&self, kernel: &Kernel) -> (String, String) {
        let Self {
            title,
            sort_key,
            token,
            options,
            ..
        } = self;
        let version = &kernel.version;
        let title = if title.is_empty() { "Linux" } else { title };
        let mut text = format!("title      {title}\nversion    {version}\n");
        if !sort_key.is_empty() {
            text += &format!("sort-key   {sort_key}\n");
        }
        let [linux, initrd] = kernel.paths(token);
        text += &format!("options    {options}\nlinux      /{linux}\n");
        if kernel.has_initrd {
            text += &format!("initrd     /{initrd}\n");
        }
        (format!("loader/entries/{token}-{version}.conf"), text)
    }

    /// The loader's configuration. It shows no menu unless a key is held.
    pub(super) fn configuration(&self) -> String {
        format!("default {}\ntimeout 0\n", self.default_entry())
    }

    /// The entry to start, as a pattern; systemd-boot takes the newest that it fits.
    ///
    /// The distribution's link names the kernel that was installed last. Its flavour is what the people who made the image
    /// chose; which of its versions shall change with every upgrade in the guest.
    pub(super) fn default_entry(&self) -> String {
        let token = &self.token;
        let linked = self.link.strip_prefix("vmlinuz-");
        let Some(chosen) = linked.and_then(|version| self.kernels.iter().find(|kernel| kernel.version == version))
        else {
            return format!("{token}-*");
        };
        let exactly = format!("{token}-{}.conf", chosen.version);
        let Some(flavour) = chosen.flavour() else {
            return exactly;
        };
        // The character before tells 1-amd64 from 1-cloud-amd64.
        let ending = format!("-{flavour}");
        let last = |kernel: &Kernel| {
            kernel
                .version
                .strip_suffix(&ending)
                .and_then(|rest| rest.chars().last())
        };
        let Some(before) = last(chosen) else {
            return exactly;
        };
        let others = if before.is_ascii_digit() {
            String::new()
        } else {
            before.to_string()
        };
        let fits = |kernel: &Kernel| last(kernel).is_some_and(|c| c.is_ascii_digit() || c == before);
        let is_first = self.kernels.iter().filter(|kernel| fits(kernel)).all(|kernel| {
            kernel.flavour() == Some(flavour) && compare(&kernel.version, &chosen.version) != Ordering::Greater
        });
        if is_first {
            format!("{token}-*[0-9{others}]-{flavour}.conf")
        } else {
            exactly
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(link: &str, versions: &[&str]) -> Found {
        let kernels = versions.iter().map(|version| Kernel {
            version: (*version).to_owned(),
            has_initrd: true,
        });
        Found {
            token: "debian".to_owned(),
            link: link.to_owned(),
            kernels: kernels.collect(),
            ..Found::default()
        }
    }

    #[test]
    fn the_flavour_of_the_distributions_link_is_the_default_in_its_newest_version() {
        let both = ["6.1.0-56-amd64", "6.1.0-56-cloud-amd64"];
        let patterns = both.map(|version| found(&format!("vmlinuz-{version}"), &both).default_entry());
        assert_eq!(patterns, ["debian-*[0-9]-amd64.conf", "debian-*[0-9]-cloud-amd64.conf"]);
        let trixie = ["6.12.48+deb13-cloud-amd64"];
        let pattern = found("vmlinuz-6.12.48+deb13-cloud-amd64", &trixie).default_entry();
        assert_eq!(pattern, "debian-*[0-9]-cloud-amd64.conf");
        let backports = ["6.12.9+bpo-amd64", "6.1.0-56-amd64"];
        let pattern = found("vmlinuz-6.12.9+bpo-amd64", &backports).default_entry();
        assert_eq!(pattern, "debian-*[0-9o]-amd64.conf");
    }

    #[test]
    fn an_older_kernel_that_was_installed_last_is_the_default_by_its_name() {
        let kernels = ["6.1.0-56-amd64", "6.1.0-9-amd64"];
        let pattern = found("vmlinuz-6.1.0-9-amd64", &kernels).default_entry();
        assert_eq!(pattern, "debian-6.1.0-9-amd64.conf");
    }

    #[test]
    fn without_a_link_to_a_kernel_the_newest_is_the_default() {
        for link in ["", "shadow", "vmlinuz-6.1.0-55-amd64"] {
            assert_eq!(found(link, &["6.1.0-56-amd64"]).default_entry(), "debian-*");
        }
        assert_eq!(found("vmlinuz-7.0", &["7.0"]).default_entry(), "debian-7.0.conf");
    }
}
