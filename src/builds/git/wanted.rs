//! Objects of repositories on GitHub, and attestations that GitHub keeps.

use super::checks;
use super::parse::objects::ObjectName;
use super::verify::Missing;
use crate::builds::sigstore;
use crate::digest::Sha256;
use crate::pki::anchors::Roots;
use crate::report::Wanted;

const GITHUB_API: &str = "https://api.github.com";

/// Objects of a repository on GitHub that would decide more (REST API, "Git database"). A
/// repository elsewhere, or a simulated one, serves nothing here.
pub fn github(
    repository: &str,
    commit: ObjectName,
    missing: &[Missing],
    roots: Roots,
) -> Vec<Wanted> {
    let Some(name) = github_name(repository).filter(|_| roots == Roots::Vendor) else {
        return Vec::new();
    };
    let git = format!("{GITHUB_API}/repos/{name}/git");
    let folders = vec![&checks::GIT_TREE, &checks::GIT_WORKFLOW];
    let want = |what, url, decides| Wanted { what, url, decides, reveals: "repository-and-commit" };
    missing
        .iter()
        .filter_map(|missing| {
            Some(match missing {
                Missing::Commit => want(
                    "git-commit",
                    format!("{git}/commits/{commit}"),
                    vec![&checks::GIT_COMMIT, &checks::GIT_COMMIT_SIGNATURE],
                ),
                Missing::Folders => want(
                    "git-folders",
                    format!("{git}/trees/{commit}?recursive=1"),
                    folders.clone(),
                ),
                Missing::Folder(folder) => {
                    want("git-folder", format!("{git}/trees/{folder}"), folders.clone())
                }
                Missing::File(file) => want(
                    "git-file",
                    format!("{git}/blobs/{file}"),
                    vec![&checks::GIT_WORKFLOW, &checks::GIT_FILE],
                ),
                Missing::Reference(tag) => want(
                    "git-ref",
                    format!("{git}/ref/tags/{}", path_segment(tag)?),
                    vec![&checks::GIT_TAG],
                ),
                Missing::Tag(tag) => {
                    want("git-tag", format!("{git}/tags/{tag}"), vec![&checks::GIT_TAG])
                }
            })
        })
        .collect()
}

/// The attestations that GitHub has for an artifact of `repository`.
pub fn github_attestations(repository: &str, artifact: Sha256, roots: Roots) -> Vec<Wanted> {
    let name = github_name(repository).filter(|_| roots == Roots::Vendor);
    let want = |name: &str| Wanted {
        what: "github-attestations",
        url: format!("{GITHUB_API}/repos/{name}/attestations/sha256:{artifact}"),
        decides: vec![&sigstore::checks::SIGSTORE_SIGNATURE, &checks::GITHUB_ATTESTATIONS],
        reveals: "repository-and-digest",
    };
    name.map(want).into_iter().collect()
}

/// A bundle at the address that GitHub's answer names; the host was compared with GitHub's when
/// the answer was read.
pub(crate) fn github_bundle(url: &str) -> Wanted {
    Wanted {
        what: "github-bundle",
        url: url.to_owned(),
        decides: vec![&sigstore::checks::SIGSTORE_SIGNATURE, &checks::GITHUB_ATTESTATIONS],
        reveals: "repository-and-digest",
    }
}

/// `owner/name` of `https://github.com/owner/name`, when both are such as GitHub gives out.
fn github_name(repository: &str) -> Option<&str> {
    let name = repository.strip_prefix("https://github.com/")?;
    let (owner, repository) = name.split_once('/')?;
    let is_part = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    (is_part(owner) && is_part(repository)).then_some(name)
}

/// A tag's name for a URL. Names with other characters than these are not asked for.
fn path_segment(tag: &str) -> Option<&str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./+".contains(&byte);
    (tag.bytes().all(is_plain) && !tag.contains("..")).then_some(tag)
}
