//! Builds that use the same layers at the same time, and builds that were killed over theirs.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use image_engine::StepOutcome::{Reused, Succeeded};
use image_engine::{Cancel, ErrorKind, LayerStore, Network, Prune, StepOutcome, remove_scratch};

use crate::cancellation::{log_says, wait_for};
use crate::driver;
use crate::fixture::{Event, Fixture, Recorder, debugfs};

/// Commands of a step that tells this machine that it runs, and goes on only when it is let go.
pub(crate) fn held(port: u16) -> String {
    format!("echo half > /etc/half\necho IT RUNS\nnc 127.0.0.1 {port} < /dev/null || :\necho whole > /etc/whole")
}

fn sharing(layers: &Path, commands: &str) -> Fixture {
    let mut fixture = Fixture::new().network(Network::Host).step(commands);
    fixture.layers = Some(layers.to_owned());
    fixture
}

fn outcomes(fixture: &Fixture, cancel: Cancel) -> Result<Vec<StepOutcome>, ErrorKind> {
    let mut recorder = Recorder::default();
    let built = fixture
        .prepare_observed(cancel, &mut recorder)
        .and_then(|mut build| build.customize(&mut recorder).and_then(|()| build.finish()));
    built.map_err(|error| error.kind)?;
    let ended = recorder.0.iter().filter_map(|event| match event {
        Event::Ended(_, _, outcome) => Some(*outcome),
        Event::Started(..) => None,
    });
    Ok(ended.collect())
}

#[test]
fn two_builds_at_once_share_one_build_of_a_step() {
    let shared = Fixture::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let commands = held(listener.local_addr().unwrap().port());
    let [first, second] = [(); 2].map(|()| sharing(&shared.path("layers"), &commands));
    thread::scope(|scope| {
        let first = scope.spawn(|| outcomes(&first, Cancel::new()).unwrap());
        let (holding, _) = listener.accept().unwrap();
        let log = second.log_path();
        let second = scope.spawn(|| outcomes(&second, Cancel::new()).unwrap());
        wait_for("the second build waits", || {
            log_says(&log, "waiting for another build, which is making the same layer")
        });
        drop(holding);
        assert_eq!(first.join().unwrap(), [Succeeded, Succeeded]);
        // Had it run the step itself, that would still wait to be let go.
        assert_eq!(second.join().unwrap(), [Reused, Reused]);
    });
}

#[test]
fn a_build_that_waits_for_another_one_can_be_canceled_and_goes_on_when_that_fails() {
    let shared = Fixture::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let commands = held(listener.local_addr().unwrap().port());
    let [first, second, third] = [(); 3].map(|()| sharing(&shared.path("layers"), &commands));
    let [cancel_first, cancel_second] = [(); 2].map(|()| Cancel::new());
    thread::scope(|scope| {
        let first = scope.spawn(|| outcomes(&first, cancel_first.clone()));
        let (_holding, _) = listener.accept().unwrap();
        let waits = |fixture: &Fixture| {
            let log = fixture.log_path();
            wait_for("a build waits", || log_says(&log, "waiting for another build"));
        };
        let waiting = scope.spawn(|| outcomes(&second, cancel_second.clone()));
        waits(&second);
        cancel_second.request();
        assert_eq!(waiting.join().unwrap(), Err(ErrorKind::Canceled));

        let going_on = scope.spawn(|| outcomes(&third, Cancel::new()).unwrap());
        waits(&third);
        cancel_first.request();
        assert_eq!(first.join().unwrap(), Err(ErrorKind::Canceled));
        drop(listener.accept().unwrap());
        assert_eq!(going_on.join().unwrap(), [Reused, Succeeded]);
    });
}

/// The folder of the one build below `folder`.
fn only_folder_in(folder: &Path) -> Option<PathBuf> {
    fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()).next()
}

#[test]
fn the_half_layer_of_a_killed_build_is_never_reused_and_goes_with_the_next_pruning() {
    let parent = Fixture::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut killed = driver::command(&format!("held:{port}"), parent.folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    drop(listener.accept().map(|(holding, _)| {
        killed.kill().unwrap();
        killed.wait().unwrap();
        holding
    }));
    let workspace = only_folder_in(parent.folder.path()).unwrap();
    let folder = workspace.join("layers");
    let count = || fs::read_dir(folder.join("area")).unwrap().count();
    let layers = LayerStore::open(&folder).unwrap();
    assert_eq!(
        (count(), layers.list().unwrap().len()),
        (2, 1),
        "the source is whole, the step is not"
    );

    let again = sharing(&folder, &held(port));
    let outcomes = thread::scope(|scope| {
        let again = scope.spawn(|| outcomes(&again, Cancel::new()).unwrap());
        drop(listener.accept().unwrap());
        again.join().unwrap()
    });
    assert_eq!(outcomes, [Reused, Succeeded]);
    assert_eq!(count(), 3);
    let old = Prune {
        older_than: Some(Duration::from_secs(3600)),
    };
    layers.prune(&old, &mut |_| false, &Cancel::new()).unwrap();
    assert_eq!((count(), layers.list().unwrap().len()), (2, 2));
    remove_scratch(&workspace).unwrap();
}

#[test]
fn a_build_that_is_killed_at_any_moment_leaves_no_layer_that_is_not_whole() {
    let parent = Fixture::new();
    let layers = parent.path("layers");
    let commands = "for number in 1 2 3 4 5 6 7 8; do echo $number > /opt/$number; done";
    for delay in (0..12).map(|number| Duration::from_millis(number * 10)) {
        let folder = parent.path(&format!("killed-{}", delay.as_millis()));
        fs::create_dir(&folder).unwrap();
        let mut killed = driver::command(&format!("step:{commands}"), &folder)
            .env(driver::LAYERS, &layers)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        wait_for("the build has begun", || only_folder_in(&folder).is_some());
        thread::sleep(delay);
        killed.kill().unwrap();
        killed.wait().unwrap();
        let mut next = Fixture::new().step(commands);
        next.layers = Some(layers.clone());
        let disk = next.customized().write_disk(&next.path("disk.raw")).unwrap();
        for number in 1..=8 {
            assert!(debugfs(&disk.path, &format!("cat /opt/{number}")).contains(&number.to_string()));
        }
        // One that was quick enough has ended, and cleared up, before it could be killed.
        if let Some(left) = only_folder_in(&folder) {
            remove_scratch(&left).unwrap();
        }
        // The next one shall begin from nothing again.
        next.layers()
            .prune(&Prune::default(), &mut |_| false, &Cancel::new())
            .unwrap();
        assert_eq!(fs::read_dir(layers.join("area")).unwrap().count(), 0);
    }
}
