//! `wasm-pack.toml`, the build manifest.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::failure::Failure;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Manifest {
    schema: u32,
    pub(crate) tools: Tools,
    pub(crate) profile: Profile,
    pub(crate) targets: Vec<Target>,
    pub(crate) budgets: Budgets,
}

/// The versions that the build insists on.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Tools {
    pub(crate) rust: String,
    pub(crate) wasm_bindgen: String,
    wasm_opt: String,
}

/// How cargo compiles the crate for wasm32.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Profile {
    pub(crate) cargo: String,
    /// What a call may cost for a function to be copied into its caller, by LLVM's measure.
    pub(crate) inline_threshold: u32,
}

/// One run of wasm-bindgen.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Target {
    pub(crate) name: String,
    pub(crate) target: Kind,
    pub(crate) out: PathBuf,
}

/// What loads the output.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// ES modules in a browser.
    Web,
    /// CommonJS in Node.
    Nodejs,
}

/// Sizes of the page's wasm file in bytes.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Budgets {
    pub(crate) wasm_raw: usize,
    pub(crate) wasm_brotli: usize,
}

impl Manifest {
    /// Reads the manifest and compares its tool versions with Cargo.lock's and `rustc`'s.
    pub(crate) fn read(root: &Path, rustc: &str) -> Result<Self, Failure> {
        let path = root.join("wasm-pack.toml");
        let text = fs::read_to_string(&path).map_err(|error| Failure::at(&path, error))?;
        let manifest: Self = toml::from_str(&text).map_err(|error| Failure::at(&path, error))?;
        let lock = root.join("Cargo.lock");
        let lock = fs::read_to_string(&lock).map_err(|error| Failure::at(&lock, error))?;
        manifest.check(&lock, rustc)?;
        Ok(manifest)
    }

    fn check(&self, lock: &str, rustc: &str) -> Result<(), Failure> {
        if self.schema != 1 {
            return Err(Failure::new(format!("wasm-pack.toml: schema {} is not 1.", self.schema)));
        }
        if self.tools.wasm_opt != "none" {
            return Err(Failure::new("wasm-pack.toml: wasm-opt can only be \"none\"."));
        }
        if rustc.split_whitespace().nth(1) != Some(&self.tools.rust) {
            return Err(Failure::new(format!(
                "wasm-pack.toml asks for Rust {}, and rustc says \"{}\". \
                 `rustup toolchain install {}` installs it.",
                self.tools.rust,
                rustc.trim(),
                self.tools.rust,
            )));
        }
        for package in ["wasm-bindgen", "wasm-bindgen-cli-support"] {
            let entry =
                format!("name = \"{package}\"\nversion = \"{}\"\n", self.tools.wasm_bindgen);
            if !lock.replace("\r\n", "\n").contains(&entry) {
                return Err(Failure::new(format!(
                    "wasm-pack.toml asks for {package} {}, and Cargo.lock has another version.",
                    self.tools.wasm_bindgen
                )));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUSTC: &str = "rustc 1.95.0 (59807616e 2026-04-14)";

    fn repository(name: &str) -> String {
        fs::read_to_string(crate::root().join(name)).unwrap()
    }

    fn manifest() -> Manifest {
        toml::from_str(&repository("wasm-pack.toml")).unwrap()
    }

    #[test]
    fn manifest_agrees_with_the_lock_file_and_the_toolchain_file() {
        manifest().check(&repository("Cargo.lock"), RUSTC).unwrap();
        let toolchain: toml::Table = repository("rust-toolchain.toml").parse().unwrap();
        assert_eq!(
            toolchain["toolchain"]["channel"].as_str(),
            Some(manifest().tools.rust.as_str())
        );
    }

    #[test]
    fn manifest_agrees_with_what_wasm_pack_reads() {
        let cargo: toml::Table = repository("Cargo.toml").parse().unwrap();
        let wasm: toml::Table = repository("crates/wasm/Cargo.toml").parse().unwrap();
        let release = &wasm["package"]["metadata"]["wasm-pack"]["profile"]["release"];
        assert_eq!(release["wasm-opt"].as_bool(), Some(false));
        assert_eq!(manifest().tools.wasm_opt, "none");
        assert!(cargo["profile"].get(&manifest().profile.cargo).is_some());
    }

    #[test]
    fn another_compiler_or_another_wasm_bindgen_stops_the_build() {
        let lock = repository("Cargo.lock");
        let error = manifest().check(&lock, "rustc 1.94.1 (0123456 2026-01-01)").unwrap_err();
        assert!(error.to_string().contains("asks for Rust 1.95.0"), "{error}");
        let mut other = manifest();
        other.tools.wasm_bindgen = "0.2.129".into();
        let error = other.check(&lock, RUSTC).unwrap_err();
        assert!(error.to_string().contains("wasm-bindgen 0.2.129"), "{error}");
    }

    #[test]
    fn unknown_members_are_refused() {
        let text = repository("wasm-pack.toml").replace("[budgets]", "[budgets]\nwasm-gzip = 1");
        assert!(toml::from_str::<Manifest>(&text).is_err());
    }
}
