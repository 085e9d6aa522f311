//! `s2s-sim`: a simulated coordinator, whose evidence says nothing about any machine.

use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Parser;
use s2s_sim::sidecar::{Fault, Listening, Stage};

/// Serve a simulated coordinator, whose evidence says nothing about any machine
#[derive(Debug, Parser)]
#[command(name = "s2s-sim")]
struct Arguments {
    /// Where it listens
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8787")]
    listen: SocketAddr,
    /// Whose hardware is simulated
    #[arg(long, value_enum, default_value = "amd")]
    vendor: Vendor,
    /// What is wrong with it, such as old-nonce
    #[arg(long, value_name = "NAME")]
    fault: Option<Fault>,
    /// Open one more port for each thing that can be wrong
    #[arg(long, conflicts_with = "fault")]
    all_faults: bool,
}

/// Whose hardware is simulated.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Vendor {
    /// An SEV-SNP guest
    Amd,
    /// A TDX guest
    Intel,
}

impl From<Vendor> for s2s_sim::sidecar::Vendor {
    fn from(vendor: Vendor) -> Self {
        match vendor {
            Vendor::Amd => Self::Amd,
            Vendor::Intel => Self::Intel,
        }
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let listening =
        if arguments.all_faults { Listening::WithFaults } else { Listening::Only(arguments.fault) };
    match Stage::new(arguments.vendor.into()).serve(arguments.listen, listening) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("s2s-sim: {}", error.0);
            ExitCode::from(2)
        }
    }
}
