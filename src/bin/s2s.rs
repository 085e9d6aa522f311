//! `s2s`: checks attestation evidence in a terminal.

fn main() -> std::process::ExitCode {
    silicon_to_source::cli::run()
}
