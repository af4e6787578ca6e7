#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io;
use std::sync::{Arc, Mutex};

use tracing_subscriber::layer::SubscriberExt;

use super::*;

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn logged(events: impl FnOnce()) -> Vec<Json> {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::registry().with(Hclog::new(move || writer.clone()));
    tracing::subscriber::with_default(subscriber, events);
    let bytes = lines.0.lock().unwrap().clone();
    String::from_utf8(bytes)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn a_line_has_hclogs_keys_and_the_fields_of_event_and_spans() {
    let lines = logged(|| {
        let span = tracing::info_span!("outer", resource = "a", late = tracing::field::Empty);
        span.record("late", 7);
        let _entered = span.enter();
        tracing::warn!(count = 3, ok = true, "done {}", 1);
    });
    let line = &lines[0];
    assert_eq!(line["@level"], "warn");
    assert_eq!(line["@message"], "done 1");
    assert_eq!(line["@module"], module_path!());
    assert_eq!((&line["resource"], &line["late"]), (&Json::from("a"), &Json::from(7)));
    assert_eq!((&line["count"], &line["ok"]), (&Json::from(3), &Json::from(true)));
    let timestamp = line["@timestamp"].as_str().unwrap();
    let shape: String = timestamp
        .chars()
        .map(|each| if each.is_ascii_digit() { '0' } else { each })
        .collect();
    assert_eq!(shape, "0000-00-00T00:00:00.000000Z");
}

#[test]
fn message_and_level_stay_text_and_a_long_message_is_cut() {
    let lines = logged(|| {
        tracing::info!(message = 5);
        tracing::info!("{}", "ü".repeat(40_000));
    });
    assert_eq!(lines[0]["@message"], "5");
    let long = lines[1]["@message"].as_str().unwrap();
    assert!(long.len() <= LONGEST_MESSAGE + 4 && long.ends_with('…'));
}
