//! The time that this thread was on a processor, where Linux tells it: what else the machine does is not
//! in it. Elsewhere the time that went by.

use std::fs;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Only differences mean something.
pub(crate) fn now() -> Duration {
    static BEGUN: OnceLock<Instant> = OnceLock::new();
    on_processor().unwrap_or_else(|| BEGUN.get_or_init(Instant::now).elapsed())
}

/// The first number of `schedstat`: nanoseconds on a processor.
fn on_processor() -> Option<Duration> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}
