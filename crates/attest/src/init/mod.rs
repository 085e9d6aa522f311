//! `s2s-attest init`: the files with which an operator begins, for the machine it runs on.

mod machine;
mod template;

use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

pub use machine::{Driver, Launches, Machine};

use super::config::{self, ConfigError, Custody};
use super::ladder;
use template::Blocks;

/// What only the operator knows.
#[derive(Clone, Debug)]
pub struct Wishes {
    /// The origin under which readers reach the service, as in the configuration.
    pub origin: String,
    /// Where the service listens on this machine.
    pub service: SocketAddr,
    /// Where the private key of sealed requests was made; without it there is no such key.
    pub custody: Option<Custody>,
    /// The folder that is made.
    pub folder: PathBuf,
}

/// The files by their names, as they are written.
///
/// # Errors
/// One sentence: the origin is none.
pub fn files(
    machine: &Machine,
    wishes: &Wishes,
) -> Result<[(&'static str, String); 5], ConfigError> {
    let Wishes { origin, service, custody, .. } = wishes;
    if !config::is_origin(origin) {
        return Err(ConfigError(format!("{origin}: {}", config::NO_ORIGIN)));
    }
    let authority = origin.split_once("://").map_or(origin.as_str(), |(_, rest)| rest);
    let host = authority.split(':').next().unwrap_or(authority);
    let service = service.to_string();
    let own = |text: &str, host: &str| {
        let text = text.replace(EXAMPLE_SERVICE, &service);
        text.replace(EXAMPLE_ORIGIN, origin).replace(EXAMPLE_HOST, host)
    };
    Ok([
        ("attestation.toml", own(&configuration(machine, *custody), host)),
        ("s2s-attestation.service", own(UNIT, host)),
        ("Caddyfile", own(CADDY, authority)),
        ("nginx.conf", own(NGINX, host)),
        ("attestation.yml", WORKFLOW.to_owned()),
    ])
}

/// Makes the folder and writes the files into it. A folder that is there already is left alone.
///
/// # Errors
/// One sentence with what stands in the way.
pub fn write(machine: &Machine, wishes: &Wishes) -> Result<Vec<PathBuf>, ConfigError> {
    let files = files(machine, wishes)?;
    let named = |path: &Path, error: &io::Error| match error.kind() {
        io::ErrorKind::AlreadyExists => ConfigError(format!(
            "{} is there already. Nothing was written: name a new folder.",
            path.display()
        )),
        _ => ConfigError(format!("{}: {error}", path.display())),
    };
    fs::create_dir(&wishes.folder).map_err(|error| named(&wishes.folder, &error))?;
    let written = files.into_iter().map(|(name, text)| {
        let path = wishes.folder.join(name);
        let file = OpenOptions::new().write(true).create_new(true).open(&path);
        let put = file.and_then(|mut file| file.write_all(text.as_bytes()));
        put.map_err(|error| named(&path, &error))?;
        Ok(path)
    });
    written.collect()
}

/// What to tell the operator: what the machine offers, the level to expect, and what is missing for
/// the next one.
pub fn told(machine: &Machine, wishes: &Wishes, written: &[PathBuf]) -> String {
    let mut text = String::from("Asked this machine, and found:\n");
    for line in machine.lines() {
        let _ = writeln!(text, "  {line}");
    }
    let (level, shows) = machine.expected();
    let _ = writeln!(text, "\nExpect level {level}: {shows}");
    if let Some(rung) = ladder::above(level) {
        let _ = writeln!(text, "For {} is missing: {}", rung.level, rung.needs);
    }
    text.push_str("\nWritten:\n");
    for path in written {
        let _ = writeln!(text, "  {}", path.display());
    }
    let toml = wishes.folder.join("attestation.toml");
    let toml = toml.display();
    let steps = [
        (level == "A0" && !machine.is_unasked()).then(|| {
            "Go on inside a confidential machine, and begin anew there: these files are for a \
             machine that offers nothing."
                .to_owned()
        }),
        machine.is_unasked().then(|| {
            "Write the files again as root, in another folder, so that the hardware can be asked."
                .to_owned()
        }),
        wishes.custody.is_none().then(|| {
            format!(
                "If the service answers GET /v1/encryption-key, say in {toml} under [sealed-key] \
                 where its private key was made. Nobody can guess that for you."
            )
        }),
        Some(format!("See what a reader would be told: s2s-attest check --config {toml}")),
        Some(
            "Let your proxy send the two paths as Caddyfile or nginx.conf shows. The key endpoint \
             needs its CORS header, or no browser can compare the key."
                .to_owned(),
        ),
        Some(
            "Put attestation.yml into .github/workflows/ of the image's repository; its files \
             belong beside attestation.toml."
                .to_owned(),
        ),
        Some(format!(
            "Put attestation.toml into /etc/s2s/ and s2s-attestation.service into \
             /etc/systemd/system/, start it, and check from another machine: s2s verify {}",
            wishes.origin
        )),
    ];
    text.push_str("\nNext:\n");
    for (number, step) in (1..).zip(steps.into_iter().flatten()) {
        let _ = writeln!(text, "  {number}. {step}");
    }
    text
}

/// What stands in the examples of `deploy/` in place of the operator's own.
const EXAMPLE_ORIGIN: &str = "https://api.example.com";
const EXAMPLE_HOST: &str = "api.example.com";
const EXAMPLE_SERVICE: &str = "127.0.0.1:8080";

const CONFIGURATION: &str = include_str!("../../deploy/attestation.toml");
const UNIT: &str = include_str!("../../deploy/s2s-attestation.service");
const CADDY: &str = include_str!("../../deploy/Caddyfile");
const NGINX: &str = include_str!("../../deploy/nginx.conf");
const WORKFLOW: &str = include_str!("../../deploy/attestation.yml");

/// The example with those blocks switched on that this machine has something for.
fn configuration(machine: &Machine, custody: Option<Custody>) -> String {
    let mut blocks = Blocks::of(CONFIGURATION);
    for (name, is_on) in switches(machine, custody) {
        blocks.switch(name, is_on);
    }
    if let Some(custody) = custody {
        blocks.set("custody", custody.word());
    }
    blocks.set("substrate", machine.substrate());
    blocks.text()
}

/// A line of each block, and whether the block is on. Where the machine offers nothing,
/// configfs-tsm stays: then the sidecar says what the machine lacks.
fn switches(machine: &Machine, custody: Option<Custody>) -> [(&'static str, bool); 7] {
    let launches = machine.launches.unwrap_or_default();
    let driver = machine.driver();
    [
        ("source = \"configfs-tsm\"", driver.is_some() || !launches.anything()),
        ("source = \"confidential-space-token\"", launches.token),
        ("source = \"confidential-space-evidence\"", launches.evidence),
        ("source = \"eigen-bound-evidence\"", launches.bound),
        ("type = \"tcg-ccel\"", machine.ccel && driver == Some(Driver::Tdx)),
        ("type = \"tcg-tpm\"", machine.tpm_log && launches.bound),
        ("[sealed-key]", custody.is_some()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_switch_is_a_block_of_the_example() {
        let machine = Machine {
            tsm: Ok(Driver::Tdx),
            tpm: None,
            tpm_log: true,
            ccel: true,
            launches: Some(Launches { bound: true, token: true, evidence: true }),
            is_google: false,
        };
        let all = configuration(&machine, Some(Custody::KmsDerived));
        for (name, is_on) in switches(&machine, Some(Custody::KmsDerived)) {
            assert!(is_on && all.lines().any(|line| line.starts_with(name)), "{name}: {all}");
        }
        let config = config::Config::from_toml(&all, Path::new("/")).unwrap();
        assert_eq!((config.evidence.len(), config.event_log.len()), (4, 2));
    }
}
