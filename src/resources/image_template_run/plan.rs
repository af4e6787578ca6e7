//! When a plan runs the template again. Pure: prior state and configuration in, plan out; the clock and the service have
//! been asked by the refresh before, whose verdict is `stale_reason`.

use tf_provider::Attr;

use super::model::ImageTemplateRun;
use super::staleness::Cause;
use crate::resources::checks;

/// What the plan has to know beside prior state and configuration.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Circumstances {
    /// This process has made the template since its last run: its id is what it was before, and yet it has never been run.
    pub(super) template_is_new: bool,
    /// What the prior `stale_reason` comes from.
    pub(super) cause: Option<Cause>,
}

/// Plans everything that a run decides.
pub(super) fn settle(prior: Option<&ImageTemplateRun>, planned: &mut ImageTemplateRun, circumstances: Circumstances) {
    planned.stale_reason = Attr::Null;
    match prior {
        Some(prior) if !runs_again(prior, planned, circumstances) => keep_results(prior, planned),
        _ => forget_results(planned),
    }
}

/// Whether the plan holds a run, as [`settle`] has decided.
pub(super) fn holds_run(planned: &ImageTemplateRun) -> bool {
    planned.outputs.is_unknown()
}

/// Whether something that was planned asks for another run. What only Terraform knows (ages, timeouts, what to do at the end)
/// does not, nor do triggers that are recorded for the first time, as after an import.
fn runs_again(prior: &ImageTemplateRun, planned: &ImageTemplateRun, circumstances: Circumstances) -> bool {
    let triggered = !prior.triggers.is_null() && prior.triggers != planned.triggers;
    // What another limit makes of the age, or of the source, is found out by the next refresh.
    let outdated = match circumstances.cause {
        Some(Cause::Age) => prior.rebuild_after != planned.rebuild_after,
        Some(Cause::Source) => prior.rebuild_on_source_update != planned.rebuild_on_source_update,
        Some(Cause::Result) | None => false,
    };
    let stale = prior.stale_reason.is_known() && !outdated;
    circumstances.template_is_new || stale || !same_template(prior, planned) || triggered || !prior.outputs.is_known()
}

/// A template whose id is not known yet is one that is being replaced, hence another.
fn same_template(prior: &ImageTemplateRun, planned: &ImageTemplateRun) -> bool {
    match (&prior.image_template_id, &planned.image_template_id) {
        (Attr::Known(prior), Attr::Known(planned)) => checks::same_id(prior, planned),
        _ => false,
    }
}

fn keep_results(prior: &ImageTemplateRun, planned: &mut ImageTemplateRun) {
    planned.id = prior.id.clone();
    planned.run_state = prior.run_state.clone();
    planned.run_sub_state = prior.run_sub_state.clone();
    planned.message = prior.message.clone();
    planned.started_at = prior.started_at.clone();
    planned.finished_at = prior.finished_at.clone();
    planned.source_exact_version = prior.source_exact_version.clone();
    planned.outputs = prior.outputs.clone();
}

/// The id as well: who reads something of the run through it is to wait for the run's end.
fn forget_results(planned: &mut ImageTemplateRun) {
    planned.id = Attr::Unknown;
    planned.run_state = Attr::Unknown;
    planned.run_sub_state = Attr::Unknown;
    planned.message = Attr::Unknown;
    planned.started_at = Attr::Unknown;
    planned.finished_at = Attr::Unknown;
    planned.source_exact_version = Attr::Unknown;
    planned.outputs = Attr::Unknown;
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::model::RunOutput;
    use super::*;

    const TEMPLATE: &str =
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.VirtualMachineImages/imageTemplates/t";

    fn triggers(value: &str) -> Attr<BTreeMap<String, Attr<String>>> {
        Attr::Known(BTreeMap::from([("template".to_owned(), Attr::from(value))]))
    }

    /// The state after a run that succeeded.
    fn prior() -> ImageTemplateRun {
        ImageTemplateRun {
            id: Attr::from(TEMPLATE),
            image_template_id: Attr::from(TEMPLATE),
            triggers: triggers("one"),
            run_state: Attr::from("Succeeded"),
            started_at: Attr::from("2026-11-21T03:00:00Z"),
            outputs: Attr::Known(BTreeMap::from([(
                "gallery".to_owned(),
                Attr::Known(RunOutput::default()),
            )])),
            ..ImageTemplateRun::default()
        }
    }

    /// What the plan pipeline hands over for an update: computed attributes without configuration are unknown.
    fn planned(change: impl FnOnce(&mut ImageTemplateRun)) -> ImageTemplateRun {
        let mut planned = prior();
        forget_results(&mut planned);
        planned.stale_reason = Attr::Unknown;
        change(&mut planned);
        planned
    }

    fn settled(prior: &ImageTemplateRun, mut planned: ImageTemplateRun) -> ImageTemplateRun {
        settle(Some(prior), &mut planned, Circumstances::default());
        planned
    }

    #[test]
    fn an_unchanged_configuration_plans_the_prior_state() {
        assert_eq!(settled(&prior(), planned(|_| {})), prior());
    }

    #[test]
    fn a_first_plan_knows_nothing_but_that_nothing_is_stale() {
        let mut first = planned(|_| {});
        settle(None, &mut first, Circumstances::default());
        assert!(holds_run(&first));
        assert_eq!((first.id, first.stale_reason), (Attr::Unknown, Attr::Null));
    }

    #[test]
    fn changed_or_unknown_triggers_run_again_and_forget_the_outputs() {
        let changes: [fn(&mut ImageTemplateRun); 3] = [
            |run| run.triggers = triggers("two"),
            |run| run.triggers = Attr::Unknown,
            |run| run.triggers = Attr::Null,
        ];
        for change in changes {
            let planned = settled(&prior(), planned(change));
            assert!(holds_run(&planned));
            assert_eq!((planned.run_state, planned.started_at), (Attr::Unknown, Attr::Unknown));
        }
    }

    #[test]
    fn a_template_whose_id_is_unknown_or_another_runs_again() {
        assert!(holds_run(&settled(
            &prior(),
            planned(|run| run.image_template_id = Attr::Unknown)
        )));
        let other = TEMPLATE.replace("imageTemplates/t", "imageTemplates/u");
        let settled = settled(
            &prior(),
            planned(|run| run.image_template_id = Attr::from(other.as_str())),
        );
        assert!(holds_run(&settled));
        assert_eq!(settled.id, Attr::Unknown);
    }

    #[test]
    fn a_template_made_anew_under_the_same_id_runs_again() {
        let mut planned = planned(|_| {});
        let circumstances = Circumstances {
            template_is_new: true,
            ..Circumstances::default()
        };
        settle(Some(&prior()), &mut planned, circumstances);
        assert!(holds_run(&planned));
    }

    #[test]
    fn another_spelling_of_the_template_runs_nothing() {
        let upper = TEMPLATE.to_uppercase();
        assert!(!holds_run(&settled(
            &prior(),
            planned(|run| run.image_template_id = Attr::from(upper.as_str()))
        )));
    }

    #[test]
    fn a_stale_reason_runs_again_and_is_planned_null() {
        let stale = ImageTemplateRun {
            stale_reason: Attr::from("the last run is older than 168h"),
            ..prior()
        };
        let planned = settled(&stale, planned(|_| {}));
        assert!(holds_run(&planned));
        assert_eq!(planned.stale_reason, Attr::Null);
    }

    #[test]
    fn an_argument_that_is_changed_takes_its_own_reason_back_and_no_other() {
        let stale = ImageTemplateRun {
            rebuild_after: Attr::from("1h"),
            rebuild_on_source_update: Attr::Known(true),
            stale_reason: Attr::from("too old, or built from something old"),
            ..prior()
        };
        let with = |cause, change: fn(&mut ImageTemplateRun)| {
            let circumstances = Circumstances {
                cause: Some(cause),
                ..Circumstances::default()
            };
            let mut planned = planned(|run| {
                run.rebuild_after = stale.rebuild_after.clone();
                run.rebuild_on_source_update = stale.rebuild_on_source_update;
                change(run);
            });
            settle(Some(&stale), &mut planned, circumstances);
            planned
        };
        let limit: fn(&mut ImageTemplateRun) = |run| run.rebuild_after = Attr::from("168h");
        let source: fn(&mut ImageTemplateRun) = |run| run.rebuild_on_source_update = Attr::Null;
        for (cause, change) in [(Cause::Age, limit), (Cause::Source, source)] {
            let planned = with(cause, change);
            assert!(!holds_run(&planned) && planned.stale_reason.is_null(), "{cause:?}");
        }
        for (cause, change) in [(Cause::Age, source), (Cause::Source, limit), (Cause::Result, limit)] {
            assert!(holds_run(&with(cause, change)), "{cause:?}");
        }
    }

    #[test]
    fn what_only_terraform_knows_is_recorded_without_a_run() {
        let imported = ImageTemplateRun {
            triggers: Attr::Null,
            ..prior()
        };
        assert!(!holds_run(&settled(&imported, planned(|_| {}))));
        let changes: [fn(&mut ImageTemplateRun); 5] = [
            |run| run.rebuild_after = Attr::from("1h"),
            |run| run.rebuild_on_source_update = Attr::Known(true),
            |run| run.on_destroy = Attr::from("delete_images"),
            |run| run.wait = Attr::Known(false),
            |run| run.on_interrupt = Attr::from("leave_running"),
        ];
        for change in changes {
            assert!(!holds_run(&settled(&prior(), planned(change))));
        }
    }
}
