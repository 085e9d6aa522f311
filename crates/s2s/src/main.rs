//! `s2s`: checks attestation evidence in a terminal.

fn main() -> std::process::ExitCode {
    s2s::cli::run()
}
