//! `s2s serve-attestation`: the sidecar.

use std::path::Path;

use crate::serve::{Config, ConfigError, run};

use super::arguments::Serve;
use super::input::read;
use super::problem::Problem;

/// The largest configuration that is read, in bytes.
const MAX_CONFIG: usize = 256 * 1024;

/// Serves until the process is told to stop.
pub(super) fn serve(arguments: &Serve) -> Result<(), Problem> {
    #[cfg(feature = "sim")]
    if arguments.simulate {
        use crate::sim::sidecar::{Listening, Stage};
        let listening = match arguments.all_faults {
            true => Listening::WithFaults,
            false => Listening::Only(arguments.fault),
        };
        let stage = Stage::new(arguments.vendor.into());
        return stage.serve(arguments.listen, listening).map_err(|error| problem(&error));
    }
    let path = arguments.config.as_deref().unwrap_or(Path::new("-"));
    let input = read(path, MAX_CONFIG)?;
    let text = String::from_utf8(input.bytes.into_owned())
        .map_err(|_| problem(&ConfigError(format!("{}: it is no text", input.name))))?;
    let directory = path.parent().unwrap_or(Path::new(""));
    let config = Config::from_toml(&text, directory).map_err(|error| problem(&error))?;
    run::run(config).map_err(|error| problem(&error))
}

fn problem(error: &ConfigError) -> Problem {
    Problem::new("error.serve", &[("why", &error.0)])
}
