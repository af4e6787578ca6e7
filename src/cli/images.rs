//! `images`: what the local backend has built and keeps.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use serde_json::{Value, json};

use super::{Outcome, print, root};
use crate::local::images::{self, Image};

const MIB: u64 = 1 << 20;

#[derive(Debug, Subcommand)]
pub(super) enum Images {
    /// List gallery image versions and managed images with their disks, oldest first.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Delete images with their files.
    Delete {
        /// Ids as `images list` shows them.
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
    },
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
            Self::Delete { ids } => {
                for id in &ids {
                    images::delete(&service, id)?;
                }
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

fn as_json(image: &Image) -> Value {
    json!({
        "id": image.id,
        "type": image.resource_type,
        "disk": image.disk,
        "disk_bytes": image.disk_bytes,
        "tree": image.tree,
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
