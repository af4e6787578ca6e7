//! `layers`: what steps have built, and giving its disk space back.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Subcommand;
use serde_json::{Value, json};

use super::{Outcome, print, root};
use crate::local::layers::{self, KeptLayer, Pruned};

const MIB: u64 = 1 << 20;

#[derive(Debug, Subcommand)]
pub(super) enum Layers {
    /// List the layers that steps have built, oldest first.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Remove layers that no image consists of and no run uses.
    Prune {
        /// Only those that were made from something older than this: runs do not take them over.
        #[arg(long, value_name = "DURATION", default_value = "24h", value_parser = humantime::parse_duration)]
        older_than: Duration,
        /// The younger ones too: the next runs build them again.
        #[arg(long, conflicts_with = "older_than")]
        all: bool,
    },
}

impl Layers {
    pub(super) fn carry_out(self, root: Option<PathBuf>) -> Outcome {
        let service = root::open(root)?;
        match self {
            Self::List { json } => {
                let found = layers::list(&service)?;
                if json {
                    print::json(&found.iter().map(as_json).collect::<Vec<_>>())
                } else {
                    Ok(as_table(&found))
                }
            }
            Self::Prune { older_than, all } => {
                let Pruned { layers, bytes } = layers::prune(&service, (!all).then_some(older_than))?;
                let text = format!("removed layers: {layers}, {}\n", mebibytes(bytes));
                Ok(print::text(&text))
            }
        }
    }
}

fn as_json(kept: &KeptLayer) -> Value {
    let layer = &kept.layer;
    json!({
        "id": layer.id.to_string(),
        "parent": layer.parent.map(|parent| parent.to_string()),
        "step": layer.step,
        "created_at": layer.created_at,
        "oldest": layer.oldest,
        "seconds": layer.elapsed.as_secs_f64(),
        "bytes": layer.bytes,
        "images": kept.images,
    })
}

fn as_table(layers: &[KeptLayer]) -> ExitCode {
    let rows: Vec<[String; 5]> = layers
        .iter()
        .map(|kept| {
            [
                kept.layer.id.to_string(),
                kept.layer.created_at.clone(),
                mebibytes(kept.layer.bytes),
                kept.layer.step.clone(),
                images(kept),
            ]
        })
        .collect();
    print::table(["LAYER", "CREATED", "SIZE", "STEP", "IMAGE"], &rows)
}

fn images(kept: &KeptLayer) -> String {
    let mut text = kept.images.first().cloned().unwrap_or_else(|| "-".to_owned());
    if kept.images.len() > 1 {
        let _ = write!(text, " and {} more", kept.images.len() - 1);
    }
    text
}

fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", bytes.div_ceil(MIB))
}
