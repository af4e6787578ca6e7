//! `images`: what the local backend has built and keeps.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::{Outcome, print, root};
use crate::local::images::{self, Content, DeleteError, Format, Image};

const MIB: u64 = 1 << 20;

#[derive(Debug, Subcommand)]
pub(super) enum Images {
    /// List gallery image versions and managed images with their disks, oldest first.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Copy an image into a file, which must not exist yet.
    Export {
        /// Id as `images list` shows it.
        id: String,
        /// The file to make.
        file: PathBuf,
        /// What to write [default: what the file's name ends in, .vhd or .tar, else raw].
        #[arg(long, value_enum)]
        format: Option<Written>,
    },
    /// Delete images with their files.
    Delete {
        /// Ids as `images list` shows them.
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Written {
    /// The disk as it is, sparse.
    Raw,
    /// The disk as a fixed VHD, which Azure takes; sparse.
    Vhd,
    /// The root tree as a tar.
    Tar,
}

impl Written {
    /// A raw disk under the name of a VHD would be taken for one.
    fn of_name(file: &Path) -> Self {
        let is = |wanted: &str| {
            file.extension()
                .is_some_and(|extension| extension.eq_ignore_ascii_case(wanted))
        };
        if is("vhd") {
            Self::Vhd
        } else if is("tar") {
            Self::Tar
        } else {
            Self::Raw
        }
    }
}

impl Images {
    pub(super) fn carry_out(self, root: Option<PathBuf>) -> Outcome {
        let service = root::open(root)?;
        match self {
            Self::List { json } => {
                let found = images::list(&service)?;
                if json {
                    print::json(&found.iter().map(as_json).collect::<Vec<_>>())
                } else {
                    Ok(print::text(&as_text(&found)))
                }
            }
            Self::Export { id, file, format } => {
                let image = images::find(&service, &id)?.ok_or(DeleteError::NotFound { id })?;
                let format = format.unwrap_or_else(|| Written::of_name(&file));
                images::export(&service, &image, &file, format.into())?;
                Ok(ExitCode::SUCCESS)
            }
            Self::Delete { ids } => {
                for id in &ids {
                    images::delete(&service, id)?;
                }
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

impl From<Written> for Format {
    fn from(written: Written) -> Self {
        match written {
            Written::Raw => Self::Raw,
            Written::Vhd => Self::Vhd,
            Written::Tar => Self::Tar,
        }
    }
}

fn as_json(image: &Image) -> Value {
    let (layer, tree) = match &image.content {
        Content::Layers { top } => (Some(top.to_string()), None),
        Content::Tree(tree) => (None, Some(tree)),
    };
    json!({
        "id": image.id,
        "type": image.resource_type,
        "disk": image.disk,
        "disk_bytes": image.disk_bytes,
        "layer": layer,
        "tree": tree,
        "run": image.run,
        "template_id": image.template_id,
        "created_at": image.created_at,
    })
}

/// Ids are long: a block for each image reads better than a table.
fn as_text(images: &[Image]) -> String {
    let block = |image: &Image| {
        format!(
            "{}\n  disk     {} ({} MiB)\n  created  {} by run {}\n",
            image.id,
            image.disk.display(),
            image.disk_bytes / MIB,
            image.created_at,
            image.run,
        )
    };
    images.iter().map(block).collect()
}
