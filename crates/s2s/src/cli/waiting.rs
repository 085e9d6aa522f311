//! What is seen while a host is waited for: on a terminal, the seconds that have passed.
//!
//! The line stands on standard error, is drawn over itself, and is gone when the answer is there.
//! A pipe gets nothing of it.

use std::io::{self, Write as _};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::look::Look;
use super::text::clean;

/// Back to the beginning of the line, and nothing is left on it.
const CLEARED: &str = "\r\u{1b}[2K";

/// Does `work`. From the first second on, `line` says how many seconds have passed.
pub(super) fn during<T>(line: impl Fn(u64) -> String + Send, work: impl FnOnce() -> T) -> T {
    let Look::Drawn(columns) = Look::of_stderr() else { return work() };
    let (working, is_done) = mpsc::channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            let begun = Instant::now();
            let mut is_shown = false;
            while is_done.recv_timeout(Duration::from_secs(1)) == Err(RecvTimeoutError::Timeout) {
                // A line that reached the edge would go on below, and stay there.
                let line: String = clean(&line(begun.elapsed().as_secs()))
                    .chars()
                    .take(columns.saturating_sub(1))
                    .collect();
                draw(&format!("{CLEARED}{line}"));
                is_shown = true;
            }
            if is_shown {
                draw(CLEARED);
            }
        });
        let result = work();
        drop(working);
        result
    })
}

fn draw(text: &str) {
    let mut stderr = io::stderr().lock();
    let _ = stderr.write_all(text.as_bytes());
    let _ = stderr.flush();
}
