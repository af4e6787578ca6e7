//! One event, one line.

use std::fmt::Debug;
use std::io::Write;

use jiff::Timestamp;
use serde_json::{Map, Value as Json};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

/// Terraform splits longer lines and takes the pieces for text, so that a message is cut before.
const LONGEST_MESSAGE: usize = 32 << 10;

/// Writes events as hclog's JSON to what `make` gives.
pub(super) struct Hclog<M> {
    make: M,
}

impl<M> Hclog<M> {
    pub(super) const fn new(make: M) -> Self {
        Self { make }
    }
}

/// The fields of an event or a span.
#[derive(Clone, Default)]
struct Fields(Map<String, Json>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.put(field, Json::String(format!("{value:?}")));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, Json::String(value.to_owned()));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, Json::from(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, Json::from(value));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, Json::from(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, Json::Bool(value));
    }
}

impl Fields {
    fn put(&mut self, field: &Field, value: Json) {
        self.0.insert(field.name().to_owned(), value);
    }
}

impl<S, M, W> Layer<S> for Hclog<M>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    M: Fn() -> W + 'static,
    W: Write,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut line = Map::new();
        for span in context
            .event_scope(event)
            .into_iter()
            .flat_map(|scope| scope.from_root())
        {
            if let Some(Fields(fields)) = span.extensions().get() {
                line.extend(fields.clone());
            }
        }
        let mut fields = Fields::default();
        event.record(&mut fields);
        // hclog's reader crashes Terraform when these are no strings; whatever a field is called, they come last.
        let message = match fields.0.remove("message") {
            Some(Json::String(text)) => shortened(text),
            Some(other) => other.to_string(),
            None => String::new(),
        };
        line.extend(fields.0);
        for (key, text) in [
            ("@level", level(*event.metadata().level()).to_owned()),
            ("@message", message),
            ("@module", event.metadata().target().to_owned()),
            (
                "@timestamp",
                Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string(),
            ),
        ] {
            line.insert(key.to_owned(), Json::String(text));
        }
        // One write, so that lines of different threads do not mix. A log that cannot be written is no reason to fail.
        let _ = (self.make)().write_all(format!("{}\n", Json::Object(line)).as_bytes());
    }
}

fn shortened(mut text: String) -> String {
    if text.len() > LONGEST_MESSAGE {
        text.truncate(text.floor_char_boundary(LONGEST_MESSAGE));
        text.push('…');
    }
    text
}

const fn level(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "trace",
    }
}

#[cfg(test)]
mod tests;
