//! What every answer of a host carries, and `_headers`, by which static hosts are told.

use std::collections::BTreeSet;
use std::fmt::Write as _;

/// What the page may do. It may load its own files and nothing else, and no string ever becomes code or
/// markup. Connections may go to any host over https:, because the reader may name any; over http: they
/// may go to this machine only.
pub(crate) const PAGE: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
     img-src 'self'; font-src 'self'; connect-src 'self' https: http://127.0.0.1:* \
     http://localhost:* http://*.localhost:*; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
     require-trusted-types-for 'script'; trusted-types s2s-worker";

/// What the offline file's own policy cannot say, because only a header can.
pub(crate) const OFFLINE: &str = "frame-ancestors 'none'";

/// The other headers, the same for every file.
pub(crate) const OTHERS: [(&str, &str); 7] = [
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "permissions-policy",
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), \
         magnetometer=(), microphone=(), midi=(), payment=(), usb=()",
    ),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cache-control", "no-cache"),
];

/// The policy with which a host serves the offline file: its own, and what only a header can say.
pub(crate) fn of_offline(own: &str) -> String {
    format!("{own}; {OFFLINE}")
}

/// `_headers`, as Cloudflare Pages and Netlify read it. Hosts join what several rules say about one
/// header, and two policies in one header are refused by whoever compares it with a list: each file is
/// named by one rule, its folder's or its own.
pub(crate) fn file<'f>(files: impl IntoIterator<Item = &'f str>, offline: &str) -> String {
    let mut rules: BTreeSet<String> = BTreeSet::from(["/".to_owned()]);
    for file in files {
        rules.insert(match file.split_once('/') {
            Some((folder, _)) => format!("/{folder}/*"),
            None => format!("/{file}"),
        });
    }
    let mut text = String::new();
    for rule in &rules {
        let policy = if rule == "/audit.html" { offline } else { PAGE };
        let _ = writeln!(text, "{rule}\n  content-security-policy: {policy}");
        for (name, value) in OTHERS {
            let _ = writeln!(text, "  {name}: {value}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_named_by_one_rule_and_the_offline_file_has_its_own_policy() {
        let files = [
            "index.html",
            "app.js",
            "css/page.css",
            "css/card.css",
            "audit.html",
            ".well-known/webcat/bundle.json",
        ];
        let text = file(files, "default-src 'self'");
        let rules: Vec<&str> = text.lines().filter(|line| line.starts_with('/')).collect();
        assert_eq!(
            rules,
            ["/", "/.well-known/*", "/app.js", "/audit.html", "/css/*", "/index.html"]
        );
        assert_eq!(text.matches(PAGE).count(), rules.len() - 1);
        assert_eq!(text.matches("default-src 'self'\n").count(), 1);
        // Limits of Cloudflare Pages.
        assert!(rules.len() <= 100 && text.lines().all(|line| line.len() <= 2000));
    }

    /// The page repeats its policy for hosts that send no headers; a `meta` cannot say who may frame it.
    #[test]
    fn the_page_says_of_itself_what_the_header_says() {
        let page = std::fs::read_to_string(crate::root().join("www/index.html")).unwrap();
        let own = page
            .split("Content-Security-Policy\" content=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap();
        assert_eq!(PAGE.replace(" frame-ancestors 'none';", ""), own);
    }
}
