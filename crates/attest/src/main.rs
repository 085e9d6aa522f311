//! `s2s-attest`: the sidecar.

#[cfg(unix)]
fn main() -> std::process::ExitCode {
    sidecar::main()
}

#[cfg(not(unix))]
fn main() -> std::process::ExitCode {
    eprintln!("s2s-attest: the sidecar runs on Linux, inside the confidential machine.");
    std::process::ExitCode::from(2)
}

#[cfg(unix)]
mod sidecar {
    use std::fs::File;
    use std::io::Read as _;
    use std::path::{Path, PathBuf};
    use std::process::ExitCode;

    use clap::Parser;
    use s2s_attest::{Config, ConfigError, run};

    /// The largest configuration that is read, in bytes.
    const MAX_CONFIG: u64 = 256 * 1024;

    /// Publish this machine's attestation as GET /v1/coordinator/attestation
    ///
    /// It runs inside the confidential machine, beside the service that it is about.
    #[derive(Debug, Parser)]
    #[command(name = "s2s-attest", version)]
    struct Arguments {
        /// The configuration; deploy/attestation.toml explains every member
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    }

    pub(super) fn main() -> ExitCode {
        let arguments = Arguments::parse();
        match serve(&arguments.config) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("s2s-attest: {}", error.0);
                ExitCode::from(2)
            }
        }
    }

    /// Serves until the process is told to stop.
    fn serve(path: &Path) -> Result<(), ConfigError> {
        let named = |why: &dyn std::fmt::Display| ConfigError(format!("{}: {why}", path.display()));
        let mut text = String::new();
        let file = File::open(path).map_err(|error| named(&error))?;
        let len =
            file.take(MAX_CONFIG + 1).read_to_string(&mut text).map_err(|error| named(&error))?;
        if u64::try_from(len).is_ok_and(|len| len > MAX_CONFIG) {
            return Err(named(&format!("it has more than {MAX_CONFIG} bytes")));
        }
        let directory = path.parent().unwrap_or(Path::new(""));
        run::run(Config::from_toml(&text, directory)?)
    }
}
