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
    use std::io::{Read as _, Write as _};
    use std::net::SocketAddr;
    use std::path::{Path, PathBuf};
    use std::process::ExitCode;

    use clap::{Args, Parser, Subcommand};
    use s2s_attest::config::Custody;
    use s2s_attest::init::{self, Machine, Wishes};
    use s2s_attest::{Config, ConfigError, check, health, run};

    /// The largest configuration or policy that is read, in bytes.
    const MAX_FILE: u64 = 256 * 1024;

    /// Publish this machine's attestation as GET /v1/coordinator/attestation
    ///
    /// It runs inside the confidential machine, beside the service that it is about. Without a
    /// command it serves what the configuration says.
    #[derive(Debug, Parser)]
    #[command(name = "s2s-attest", version, args_conflicts_with_subcommands = true)]
    struct Arguments {
        #[command(subcommand)]
        command: Option<Command>,
        /// The configuration; `s2s-attest init` writes one
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
        /// Instead of serving, as the command `check`
        #[arg(long, requires = "config")]
        check: bool,
    }

    #[derive(Debug, Subcommand)]
    enum Command {
        /// Ask this machine what it offers, and write what it takes to publish it into a new folder
        Init(Init),
        /// Say what a reader would be told of this configuration on this machine
        ///
        /// Makes a document as for a reader and has the verifier examine it. The hosts of
        /// [collateral] are asked, as when serving. Exit status 1: nothing can be published, or a
        /// reader would be told not to rely on it.
        Check(Check),
        /// Ask the running sidecar whether it runs
        ///
        /// Exit status 1: it does not answer at `management`.
        Health(Health),
    }

    #[derive(Debug, Args)]
    struct Init {
        /// The folder to make
        #[arg(value_name = "FOLDER", default_value = "s2s-attestation")]
        folder: PathBuf,
        /// The origin under which readers reach the service, such as https://api.example.com
        #[arg(long, value_name = "URL")]
        origin: String,
        /// Where the service listens on this machine
        #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
        service: SocketAddr,
        /// Where the private key of sealed requests was made: tee-generated, kms-derived or
        /// operator-provisioned; without it no such key is named
        #[arg(long, value_name = "WORD", value_parser = custody)]
        custody: Option<Custody>,
    }

    #[derive(Debug, Args)]
    struct Health {
        /// The configuration of the sidecar
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    }

    #[derive(Debug, Args)]
    struct Check {
        /// The configuration
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// The policy to examine under: one that comes with the verifier, or a file; without it
        /// the one that readers get who name none
        #[arg(long, value_name = "NAME or FILE")]
        policy: Option<String>,
    }

    fn custody(word: &str) -> Result<Custody, String> {
        Custody::ALL.into_iter().find(|custody| custody.word() == word).ok_or_else(|| {
            let words = Custody::ALL.map(Custody::word).join(", ");
            format!("one of: {words}")
        })
    }

    pub(super) fn main() -> ExitCode {
        let arguments = Arguments::parse();
        let done = match (arguments.command, arguments.config) {
            (Some(Command::Init(init)), _) => begin(init),
            (Some(Command::Check(check)), _) => told(&check.config, check.policy.as_deref()),
            (Some(Command::Health(health)), _) => {
                configuration(&health.config).and_then(|config| health::ask(&config))
            }
            (None, Some(config)) if arguments.check => told(&config, None),
            (None, Some(config)) => configuration(&config).and_then(run::run).map(|()| true),
            (None, None) => Err(ConfigError(
                "Name the configuration with --config FILE. To begin: s2s-attest init --origin \
                 https://HOST"
                    .to_owned(),
            )),
        };
        match done {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::from(1),
            Err(error) => {
                eprintln!("s2s-attest: {}", error.0);
                ExitCode::from(2)
            }
        }
    }

    /// Asks the machine and writes the files.
    fn begin(init: Init) -> Result<bool, ConfigError> {
        let wishes = Wishes {
            origin: init.origin,
            service: init.service,
            custody: init.custody,
            folder: init.folder,
        };
        run::block_on(async {
            let audience = format!("{}/attestation", wishes.origin);
            let machine = Machine::ask(Path::new("/"), &audience).await;
            let written = init::write(&machine, &wishes)?;
            print(&init::told(&machine, &wishes, &written));
            Ok(true)
        })
    }

    /// Says what a reader would be told.
    fn told(config: &Path, policy: Option<&str>) -> Result<bool, ConfigError> {
        let config = configuration(config)?;
        let policy = policy.map(self::policy).transpose()?;
        run::block_on(async {
            let checked = check::check(config, policy.as_ref(), |host| eprintln!("{host}")).await?;
            print(&checked.text);
            Ok(checked.is_good)
        })
    }

    fn policy(name: &str) -> Result<check::Policy, ConfigError> {
        match check::builtin(name) {
            Some(policy) => Ok(policy),
            None if Path::new(name).exists() => {
                check::policy(name, read(Path::new(name))?.as_bytes())
            }
            None => Err(ConfigError(format!(
                "{name}: no policy of this name comes with the verifier, and there is no such \
                 file. `s2s policy list` names them."
            ))),
        }
    }

    fn configuration(path: &Path) -> Result<Config, ConfigError> {
        let directory = path.parent().unwrap_or(Path::new(""));
        Config::from_toml(&read(path)?, directory)
            .map_err(|error| ConfigError(format!("{}: {error}", path.display())))
    }

    fn read(path: &Path) -> Result<String, ConfigError> {
        let named = |why: &dyn std::fmt::Display| ConfigError(format!("{}: {why}", path.display()));
        let mut text = String::new();
        let file = File::open(path).map_err(|error| named(&error))?;
        let len =
            file.take(MAX_FILE + 1).read_to_string(&mut text).map_err(|error| named(&error))?;
        if u64::try_from(len).is_ok_and(|len| len > MAX_FILE) {
            return Err(named(&format!("it has more than {MAX_FILE} bytes")));
        }
        Ok(text)
    }

    /// Writes to standard output; whoever closed it wants nothing more.
    fn print(text: &str) {
        let _ = std::io::stdout().write_all(text.as_bytes());
    }
}
