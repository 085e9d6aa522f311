//! `s2s launch-digest`: the launch measurement of an SEV-SNP guest.

use std::path::Path;

use silicon_to_source::digest::Sha256;
use silicon_to_source::engine::{LaunchDescription, MAX_INPUT, launch_measurement};

use super::arguments::LaunchDigest;
use super::problem::Problem;
use super::{Colors, Exit, input, print};

/// The largest kernel or initial disk that is read, in bytes.
const MAX_FILE: usize = 1 << 30;

/// Computes and prints.
pub(super) fn digest(arguments: &LaunchDigest) -> Result<Exit, Problem> {
    let firmware = input::read(&arguments.firmware, MAX_INPUT)?;
    let hash = |path: &Path| input::read(path, MAX_FILE).map(|file| Sha256::of(&file.bytes));
    let digits = arguments.features.trim_start_matches("0x");
    let features = u64::from_str_radix(digits, 16)
        .map_err(|_| Problem::new("error.features", &[("text", &arguments.features)]))?;
    let description = LaunchDescription {
        schema: LaunchDescription::SCHEMA.to_owned(),
        kernel_sha256: arguments.kernel.as_deref().map(hash).transpose()?,
        initrd_sha256: arguments.initrd.as_deref().map(hash).transpose()?,
        command_line: arguments.append.clone(),
        processors: arguments.processors,
        processor_type: arguments.processor_type.clone(),
        features,
        monitor: arguments.monitor.clone(),
    };
    let measurement = launch_measurement(&firmware.bytes, &description)
        .map_err(|error| Problem::unreadable(&firmware.name, &error))?;
    let text = if arguments.json {
        serde_json::to_string_pretty(&description).unwrap_or_default()
    } else {
        measurement.to_string()
    };
    print(&format!("{text}\n"), Colors::AsIs)?;
    Ok(Exit::Verified)
}
