//! Triggers: which version of a template's source has not been built yet, and the runs for it.
//!
//! Nothing waits on this machine for versions to appear. Who makes one looks: the worker of a run, when it has ended. And so does
//! each process that opens the root, which finds what nobody saw at the time, and the newest platform images. A trigger remembers
//! up to which version of the source there have been runs, so that looking twice starts nothing twice.
//!
//! A template does not run for a version that its own run has led to, over however many triggers: templates in a circle would go on
//! for ever.

use jiff::Timestamp;
use rusqlite::Connection;

use super::error::chain;
use super::presentation::typed;
use super::refusal::Refused;
use super::route::Target;
use super::run_request::{self, Asked};
use super::service::Shared;
use super::store::key::Key;
use super::store::resources::{self, Kind, Resource};
use super::store::runs::{Cause, Run};
use super::store::triggers::{self as rows, SourceVersion, Trigger};
use super::store::{artifacts, runs};
use super::worker::source::{self, Settled, Unusable};
use crate::arm::gallery_image_version::GalleryImageVersion;
use crate::arm::image_template::{ImageTemplate, ProvisioningState, RunState, Source};
use crate::arm::latest::compare_versions;
use crate::arm::trigger::TriggerStatus;

/// So many failed runs in a row disable a trigger.
const MOST_FAILURES: i64 = 3;
/// The code of a trigger that starts no runs until the template has had a good one.
const DISABLED: &str = "Disabled";

/// What a newest version of the source means to a trigger.
#[derive(Debug, PartialEq, Eq)]
enum News {
    Nothing,
    /// The first one that is known of a source which had some before the trigger.
    FirstKnown,
    NewVersion,
}

/// Looks after every trigger of the root, and starts the runs that are due. May wait for the package archive of a distribution.
pub(crate) fn look(shared: &Shared) {
    let failed = |refused: &Refused| {
        tracing::warn!(
            "the triggers of the local backend could not be looked after: {}",
            refused.body.error.message
        );
    };
    let found = shared.store.read("read the triggers", |view| {
        let all = rows::all(view)?.into_iter();
        let with_template =
            all.map(|trigger| Ok(resources::get(view, &trigger.template)?.map(|found| (trigger, found))));
        Ok::<_, Refused>(with_template.collect::<rusqlite::Result<Vec<_>>>()?)
    });
    for (trigger, template) in found.inspect_err(failed).unwrap_or_default().into_iter().flatten() {
        if !is_disabled(&trigger) && template.state == ProvisioningState::Succeeded {
            // What is wrong with one of them is no reason to leave the others waiting.
            look_at(shared, &trigger, &template).unwrap_or_else(|refused| failed(&refused));
        }
    }
}

fn look_at(shared: &Shared, trigger: &Trigger, stored: &Resource) -> Result<(), Refused> {
    let template: ImageTemplate = typed(stored)?;
    let Some(newest) = newest_source(shared, &template.properties.source) else {
        return Ok(());
    };
    match news(trigger.built.as_ref(), &newest) {
        News::Nothing => return Ok(()),
        News::FirstKnown => return settle(shared, trigger, &newest, |_| ()),
        News::NewVersion => {}
    }
    let chain = shared
        .store
        .read("read what has led to a version", |view| led_to(view, &newest))?;
    if chain.contains(&trigger.template) {
        return settle(shared, trigger, &newest, |trigger| {
            let message = format!(
                "Trigger is active. The version {} starts no run: it was built from what this image template has made, by triggers.",
                newest.version
            );
            trigger.status = status(TriggerStatus::HEALTHY, message);
        });
    }
    let Some(target) = Target::parse(&stored.id) else {
        return Ok(());
    };
    let asked = Asked::Trigger {
        name: trigger.name.clone(),
        version: newest.clone(),
        chain,
    };
    match run_request::begin(shared, &target, asked) {
        Ok((_, launch)) => launch.start(shared),
        // A run of the template is in progress, or somebody else was faster. At the end of that run somebody looks again.
        Err(refused) if refused.status == http::StatusCode::CONFLICT => {}
        Err(refused) => {
            run_request::not_started(&stored.id, &refused);
            settle(shared, trigger, &newest, |trigger| {
                count_failure(trigger, &refused.body.error.message)
            })?;
        }
    }
    Ok(())
}

/// Records that a version needs no run, and what else `change` does to the trigger.
fn settle(
    shared: &Shared,
    trigger: &Trigger,
    version: &SourceVersion,
    change: impl FnOnce(&mut Trigger),
) -> Result<(), Refused> {
    shared.store.write("record a trigger", |transaction| {
        if let Some(mut found) = rows::get(transaction, &trigger.template, &trigger.name)? {
            found.built = Some(version.clone());
            change(&mut found);
            rows::put(transaction, &found)?;
        }
        Ok(())
    })
}

/// Records that a version gets its run now. False when the trigger is gone, or the version has had one.
pub(crate) fn claim(
    transaction: &Connection,
    template: &Key,
    name: &str,
    version: &SourceVersion,
) -> rusqlite::Result<bool> {
    let Some(mut trigger) = rows::get(transaction, template, name)? else {
        return Ok(false);
    };
    if is_disabled(&trigger) || news(trigger.built.as_ref(), version) != News::NewVersion {
        return Ok(false);
    }
    trigger.built = Some(version.clone());
    rows::put(transaction, &trigger)?;
    Ok(true)
}

/// Records that a run has begun with a version of the source, whoever asked for it: no other one is due for that version.
pub(crate) fn built(transaction: &Connection, template: &Key, exact: &str) -> rusqlite::Result<()> {
    let version = match resources::get(transaction, &Key::of(exact))? {
        Some(version) if version.kind == Kind::GalleryImageVersion => published(&version)?,
        _ => SourceVersion {
            version: exact.to_owned(),
            published: None,
        },
    };
    rows::of_template(transaction, template)?
        .into_iter()
        .try_for_each(|trigger| {
            rows::put(
                transaction,
                &Trigger {
                    built: Some(version.clone()),
                    ..trigger
                },
            )
        })
}

/// Counts the failed runs of a trigger; a good run, whoever asked for it, forgets them.
pub(crate) fn run_ended(transaction: &Connection, run: &Run) -> rusqlite::Result<()> {
    for mut trigger in rows::of_template(transaction, &run.template)? {
        match run.state {
            RunState::Succeeded | RunState::PartiallySucceeded if trigger.failures > 0 => {
                trigger.failures = 0;
                trigger.status = healthy();
            }
            RunState::Failed if run.cause == Cause::Trigger => count_failure(&mut trigger, &run.message),
            _ => continue,
        }
        rows::put(transaction, &trigger)?;
    }
    Ok(())
}

fn count_failure(trigger: &mut Trigger, reason: &str) {
    trigger.failures += 1;
    let reason = reason.lines().next().unwrap_or_default();
    trigger.status = if is_disabled(trigger) {
        status(
            DISABLED,
            format!(
                "Trigger is disabled after {} failed runs in a row; a run of the image template that succeeds enables it again. The last \
                 failure: {reason}",
                trigger.failures
            ),
        )
    } else {
        let message = format!(
            "Trigger is active. Its last run failed ({} of {MOST_FAILURES} in a row that disable it): {reason}",
            trigger.failures
        );
        status(TriggerStatus::HEALTHY, message)
    };
}

fn is_disabled(trigger: &Trigger) -> bool {
    trigger.failures >= MOST_FAILURES
}

/// Gallery image versions are as new as their publishing: one that is let into `latest` later, or made again after a deletion, is
/// news, and one that `latest` falls back to is not. Nobody tells the time of platform images, whose numbers only grow.
fn news(built: Option<&SourceVersion>, newest: &SourceVersion) -> News {
    let time = |version: &SourceVersion| version.published.as_ref()?.parse::<Timestamp>().ok();
    let is_new = match (built, time(newest)) {
        (None, None) => return News::FirstKnown,
        (None, Some(_)) => true,
        (Some(built), Some(newest)) => time(built).is_none_or(|built| newest > built),
        (Some(built), None) => compare_versions(&newest.version, &built.version).is_gt(),
    };
    if is_new { News::NewVersion } else { News::Nothing }
}

/// The templates whose runs have led to a version; none for one that no run of this root has made.
fn led_to(view: &Connection, version: &SourceVersion) -> Result<Vec<Key>, Refused> {
    let Some(artifact) = artifacts::of_owner(view, &Key::of(&version.version))? else {
        return Ok(Vec::new());
    };
    let mut chain = runs::get(view, artifact.run)?.map(|run| run.chain).unwrap_or_default();
    chain.push(Key::of(&artifact.template_id));
    Ok(chain)
}

/// The status of a trigger that starts runs.
pub(crate) fn healthy() -> TriggerStatus {
    status(TriggerStatus::HEALTHY, "Trigger is active.")
}

fn status(code: &str, message: impl Into<String>) -> TriggerStatus {
    TriggerStatus {
        code: Some(code.to_owned()),
        message: Some(message.into()),
        time: Some(Timestamp::now().to_string()),
    }
}

/// What `latest` of a source means now; nothing when there is no version, or nobody can tell it. May wait for the package archive
/// of a distribution.
pub(crate) fn newest_source(shared: &Shared, source: &Source) -> Option<SourceVersion> {
    let newest = match source::settle(&shared.catalogue, source) {
        Ok(Settled::PlatformImage(resolved)) => Ok(resolved.exact.map(|version| SourceVersion {
            version,
            published: None,
        })),
        Ok(Settled::GalleryVersion(id)) => shared
            .store
            .read("read the newest version of a source", |view| newest_version(view, id)),
        Ok(Settled::ManagedImage(_)) => Ok(None),
        Err(error) => Err(error),
    };
    newest.unwrap_or_else(|error| {
        match error {
            Unusable::Source { reason, .. } => tracing::warn!("{reason}"),
            Unusable::Store(error) => tracing::warn!(error = chain(&error), "the versions of a source cannot be read"),
        }
        None
    })
}

/// `id` is a version's, and its name `latest`.
fn newest_version(view: &Connection, id: &str) -> Result<Option<SourceVersion>, Unusable> {
    let Some(image) = Target::parse(id).map(|version| version.parent_key()) else {
        return Ok(None);
    };
    let newest = source::latest_of(view, &image)?;
    Ok(newest.as_ref().map(published).transpose()?)
}

fn published(version: &Resource) -> rusqlite::Result<SourceVersion> {
    let profile = typed::<GalleryImageVersion>(version)?.properties.publishing_profile;
    Ok(SourceVersion {
        version: version.id.clone(),
        published: profile.and_then(|profile| profile.published_date),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(name: &str, published: Option<&str>) -> SourceVersion {
        SourceVersion {
            version: name.to_owned(),
            published: published.map(str::to_owned),
        }
    }

    #[test]
    fn a_version_is_news_when_it_was_published_after_the_one_that_was_built() {
        let built = version("1.0.1", Some("2026-01-02T00:00:00Z"));
        for (name, published, expected) in [
            ("1.0.2", "2026-01-03T00:00:00.5Z", News::NewVersion),
            // Made again after a deletion, with the same number.
            ("1.0.1", "2026-01-03T00:00:00Z", News::NewVersion),
            ("1.0.1", "2026-01-02T00:00:00Z", News::Nothing),
            // What latest falls back to when the newest was deleted.
            ("1.0.0", "2026-01-01T00:00:00Z", News::Nothing),
        ] {
            assert_eq!(
                news(Some(&built), &version(name, Some(published))),
                expected,
                "{name} {published}"
            );
        }
    }

    #[test]
    fn the_first_version_of_a_gallery_image_is_news_and_of_a_platform_image_is_where_one_begins() {
        assert_eq!(
            news(None, &version("/v", Some("2026-01-01T00:00:00Z"))),
            News::NewVersion
        );
        assert_eq!(news(None, &version("12.1", None)), News::FirstKnown);
    }

    #[test]
    fn a_platform_image_is_as_new_as_its_number() {
        let built = version("12.9", None);
        assert_eq!(news(Some(&built), &version("12.10", None)), News::NewVersion);
        assert_eq!(news(Some(&built), &version("12.9", None)), News::Nothing);
        assert_eq!(news(Some(&built), &version("12.8", None)), News::Nothing);
    }
}
