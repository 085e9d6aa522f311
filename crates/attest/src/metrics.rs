//! Counters in Prometheus' text format, version 0.0.4.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds of the histogram of hardware calls, in microseconds.
const BOUNDS: [u64; 9] =
    [1_000, 5_000, 10_000, 25_000, 50_000, 100_000, 500_000, 1_000_000, 5_000_000];

macro_rules! counters {
    ($($name:ident, $metric:literal, $labels:literal, $help:literal;)*) => {
        /// What happened since the start. No counter is kept per peer or per nonce.
        #[derive(Debug, Default)]
        pub struct Metrics {
            $(#[doc = $help] pub $name: Counter,)*
            /// How long the hardware took.
            pub hardware: Histogram,
            /// When the stapled collateral ends, in seconds since 1970; 0 when there is none.
            pub collateral_until: Gauge,
            /// Questions that wait for the hardware.
            pub waiting: Gauge,
            /// Open connections.
            pub connections: Gauge,
        }

        impl Metrics {
            /// The text that a scraper reads.
            pub fn text(&self) -> String {
                let mut text = String::new();
                let mut last = "";
                $(
                    if last != $metric {
                        let _ = writeln!(text, "# HELP s2s_{} {}", $metric, $help);
                        let _ = writeln!(text, "# TYPE s2s_{} counter", $metric);
                    }
                    last = $metric;
                    let _ = writeln!(text, "s2s_{}{} {}", $metric, $labels, self.$name.get());
                )*
                let _ = last;
                self.gauges(&mut text);
                self.hardware.write("s2s_hardware_seconds", &mut text);
                text
            }
        }
    };
}

counters! {
    fresh, "answers_total", "{kind=\"challenge\"}", "Answers to questions for the document.";
    cached, "answers_total", "{kind=\"cached\"}", "Answers from memory.";
    invalid, "answers_total", "{kind=\"bad_request\"}", "Questions that were refused as malformed.";
    limited, "answers_total", "{kind=\"rate_limited\"}", "Questions that were refused as too many.";
    busy, "answers_total", "{kind=\"busy\"}", "Questions that found the queue full.";
    unavailable, "answers_total", "{kind=\"unavailable\"}", "Questions with no evidence to answer.";
    hardware_failures, "hardware_failures_total", "", "Evidence that could not be had.";
    collateral_fetched, "collateral_total", "{outcome=\"fetched\"}", "Files of collateral asked for.";
    collateral_failed, "collateral_total", "{outcome=\"failed\"}", "Files of collateral not had.";
    refused_connections, "connections_refused_total", "", "Connections closed for want of room.";
}

impl Metrics {
    fn gauges(&self, text: &mut String) {
        for (name, help, value) in [
            (
                "collateral_valid_until_seconds",
                "When the stapled collateral ends, in seconds since 1970; 0 when there is none.",
                self.collateral_until.get(),
            ),
            ("hardware_waiting", "Questions that wait for the hardware.", self.waiting.get()),
            ("connections", "Open connections.", self.connections.get()),
        ] {
            let _ = writeln!(text, "# HELP s2s_{name} {help}");
            let _ = writeln!(text, "# TYPE s2s_{name} gauge\ns2s_{name} {value}");
        }
    }
}

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// One more.
    pub fn count(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// How many.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A number that goes up and down.
#[derive(Debug, Default)]
pub struct Gauge(AtomicU64);

impl Gauge {
    /// Sets it.
    pub fn set(&self, value: u64) {
        self.0.store(value, Ordering::Relaxed);
    }

    /// The number.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Durations, counted by size.
#[derive(Debug, Default)]
pub struct Histogram {
    buckets: [AtomicU64; BOUNDS.len()],
    count: AtomicU64,
    micros: AtomicU64,
}

impl Histogram {
    /// Counts one.
    pub fn observe(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        for (bucket, bound) in self.buckets.iter().zip(BOUNDS) {
            if micros <= bound {
                bucket.fetch_add(1, Ordering::Relaxed);
            }
        }
        self.count.fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(micros, Ordering::Relaxed);
    }

    fn write(&self, name: &str, text: &mut String) {
        let _ = writeln!(text, "# HELP {name} How long the hardware took for one report.");
        let _ = writeln!(text, "# TYPE {name} histogram");
        for (bucket, bound) in self.buckets.iter().zip(BOUNDS) {
            let bound = seconds(bound);
            let count = bucket.load(Ordering::Relaxed);
            let _ = writeln!(text, "{name}_bucket{{le=\"{bound}\"}} {count}");
        }
        let count = self.count.load(Ordering::Relaxed);
        let _ = writeln!(text, "{name}_bucket{{le=\"+Inf\"}} {count}");
        let _ = writeln!(text, "{name}_sum {}", seconds(self.micros.load(Ordering::Relaxed)));
        let _ = writeln!(text, "{name}_count {count}");
    }
}

fn seconds(micros: u64) -> f64 {
    Duration::from_micros(micros).as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_has_every_counter_once_and_one_type_line_for_each_metric() {
        let metrics = Metrics::default();
        metrics.fresh.count();
        metrics.fresh.count();
        metrics.hardware.observe(Duration::from_millis(7));
        let text = metrics.text();
        assert!(text.contains("s2s_answers_total{kind=\"challenge\"} 2\n"), "{text}");
        assert!(text.contains("s2s_hardware_seconds_bucket{le=\"0.005\"} 0\n"), "{text}");
        assert!(text.contains("s2s_hardware_seconds_bucket{le=\"0.01\"} 1\n"), "{text}");
        assert!(text.contains("s2s_hardware_seconds_sum 0.007\n"), "{text}");
        assert_eq!(text.matches("# TYPE s2s_answers_total counter").count(), 1, "{text}");
        let mut names: Vec<_> = text
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| line.rsplit_once(' ').unwrap().0)
            .collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count, "{text}");
    }
}
