//! Standard error: the log, and a progress bar that the log does not tear.

use std::io::{self, IsTerminal, Write};

use clap::ValueEnum;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::field::VisitOutput;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, MakeWriter};
use tracing_subscriber::registry::LookupSpan;

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    /// A line a person can read
    Text,
    /// A JSON object a line, for machines
    Json,
}

/// Standard error, shared by log and progress bar.
#[derive(Debug, Clone, Default)]
pub(super) struct Console {
    bars: MultiProgress,
}

impl Console {
    /// Starts the log. `COURANT_LOG` (a tracing filter, `courant=debug`) says how much.
    pub(super) fn start(format: LogFormat) -> Self {
        let console = Self::default();
        let filter = EnvFilter::try_from_env("COURANT_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
        let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(console.clone());
        match format {
            LogFormat::Text => log.event_format(Plain).init(),
            LogFormat::Json => log.json().flatten_event(true).with_target(false).init(),
        }
        console
    }

    /// A progress bar over `length` things, where standard error is a terminal; else one that shows nothing.
    pub(super) fn bar(&self, length: usize) -> ProgressBar {
        let bar = ProgressBar::new(length as u64);
        let style = ProgressStyle::with_template("{spinner} [{bar:30}] {pos}/{len} {msg}");
        let bar = bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> "));
        let bar = if io::stderr().is_terminal() { self.bars.add(bar) } else { ProgressBar::hidden() };
        bar.enable_steady_tick(std::time::Duration::from_millis(120));
        bar
    }
}

impl<'w> MakeWriter<'w> for Console {
    type Writer = Line;

    fn make_writer(&'w self) -> Line {
        Line(self.bars.clone())
    }
}

/// Writes to standard error with the bars out of the way.
pub(super) struct Line(MultiProgress);

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.suspend(|| io::stderr().lock().write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// `14:03:12 message`, with the level where it is no ordinary news. Fields are for machines.
struct Plain;

impl<S, N> FormatEvent<S, N> for Plain
where
    S: Subscriber + for<'s> LookupSpan<'s>,
    N: for<'w> FormatFields<'w> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut out: Writer<'_>, event: &Event<'_>) -> std::fmt::Result {
        let level = match *event.metadata().level() {
            Level::ERROR => "error: ",
            Level::WARN => "warning: ",
            Level::INFO => "",
            Level::DEBUG => "debug: ",
            Level::TRACE => "trace: ",
        };
        let mut message = Message(String::new());
        event.record(&mut message);
        writeln!(out, "{} {level}{}", chrono::Local::now().format("%H:%M:%S"), message.finish())
    }
}

/// Takes the message of an event and nothing else.
struct Message(String);

impl tracing::field::Visit for Message {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }
}

impl VisitOutput<String> for Message {
    fn finish(self) -> String {
        self.0
    }
}
