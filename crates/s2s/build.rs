//! Takes the page of `s2s audit` in, where the environment names it.

use std::path::Path;

fn main() {
    println!("cargo::rustc-check-cfg=cfg(s2s_audit_page)");
    println!("cargo::rerun-if-env-changed=S2S_AUDIT_PAGE");
    println!("cargo::rerun-if-changed=build.rs");
    let Ok(page) = std::env::var("S2S_AUDIT_PAGE") else { return };
    assert!(
        Path::new(&page).is_absolute() && Path::new(&page).is_file(),
        "S2S_AUDIT_PAGE is \"{page}\", and has to be the absolute path of audit.html"
    );
    println!("cargo::rerun-if-changed={page}");
    println!("cargo::rustc-cfg=s2s_audit_page");
    println!("cargo::rustc-env=S2S_AUDIT_PAGE={page}");
}
