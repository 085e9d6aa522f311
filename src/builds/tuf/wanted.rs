//! What the TUF repositories of Sigstore's instances serve.

use super::{checks, verify};
use crate::report::Wanted;

/// The files that TUF asks for next, so that Sigstore's current keys can count: always the root
/// after the one in force (its absence says that there is none), and what the newest file at hand
/// pins (TUF 1.0, section 5). A simulated instance publishes nothing.
pub(crate) fn tuf(
    instance: verify::Instance,
    root: u64,
    next: Option<verify::Next>,
) -> Vec<Wanted> {
    let Some(host) = instance.url() else { return Vec::new() };
    let reveals = "nothing-beyond-your-address";
    let wanted = |what, path: String, decides: Vec<_>| Wanted {
        what,
        url: format!("{host}/{path}"),
        decides,
        reveals,
    };
    let later = format!("{}.root.json", root.saturating_add(1));
    let mut all = vec![wanted("tuf-root", later, vec![&checks::TUF_ROOT])];
    all.extend(next.map(|next| match next {
        verify::Next::Timestamp => {
            wanted("tuf-timestamp", "timestamp.json".into(), vec![&checks::TUF_TIMESTAMP])
        }
        verify::Next::Snapshot(version) => {
            wanted("tuf-snapshot", format!("{version}.snapshot.json"), vec![&checks::TUF_SNAPSHOT])
        }
        verify::Next::Targets(version) => {
            wanted("tuf-targets", format!("{version}.targets.json"), vec![&checks::TUF_TARGETS])
        }
        verify::Next::Target(sha256) => wanted(
            "sigstore-trusted-root",
            format!("targets/{sha256}.{}", verify::TARGET),
            vec![&checks::TUF_TARGET],
        ),
    }));
    all
}
