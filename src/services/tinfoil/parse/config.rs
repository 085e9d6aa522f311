//! The container images that a configuration names.

use crate::builds::image::reference::{ImageReference, ImageReferences, Pin, reference};
use crate::error::Error;
use crate::span::Span;
use crate::wire::yaml::Node;

/// The largest configuration that is read, in bytes.
const MAX_CONFIG: usize = 64 * 1024;

/// The images that the `containers` section names.
///
/// An image is the value of a member called `image`, or a word in any other value of the section
/// that has a registry host in front of a slash. A container without a member called `image` is
/// listed as [`Pin::Absent`], beside the words found in it: which of them runs is not known here.
/// What is not one document of YAML 1.2 gives [`ImageReferences::Some`], and so does whatever
/// other readers could read differently, and a section that is not a list of mappings.
///
/// # Errors
/// When the configuration is too large or not text.
pub(crate) fn image_references(config: &[u8]) -> Result<ImageReferences, Error> {
    const WHAT: &str = "Tinfoil configuration";
    Error::cap(WHAT, config.len(), MAX_CONFIG)?;
    let text = std::str::from_utf8(config)
        .map_err(|error| Error::malformed(WHAT, Span::new(error.valid_up_to(), 1), "not text"))?;
    let config = Node::read(text, &["containers", "image"]);
    Ok(match config.as_ref().and_then(of_containers) {
        Some(found) => ImageReferences::All(found),
        None => {
            let words = text.split(|c: char| c.is_ascii_whitespace() || "[]{}".contains(c));
            ImageReferences::Some(words.filter_map(looks_like_image).collect())
        }
    })
}

/// The images of every container of a configuration.
fn of_containers(config: &Node) -> Option<Vec<ImageReference>> {
    let Some(containers) = config.get("containers") else { return Some(Vec::new()) };
    let Node::Sequence(containers) = containers else { return None };
    let mut found = Vec::new();
    for container in containers {
        let Node::Mapping(_) = container else { return None };
        words(container, "", &mut found);
        let is_named = |image: &Node| matches!(image, Node::Text(text) if !text.trim().is_empty());
        if !container.get("image").is_some_and(is_named) {
            found.push(ImageReference { text: String::new(), pin: Pin::Absent });
        }
    }
    Some(found)
}

/// Every image in `node`, which is or belongs to the value of `member`.
fn words(node: &Node, member: &str, found: &mut Vec<ImageReference>) {
    match node {
        Node::Text(text) if member == "image" && !text.trim().is_empty() => {
            found.push(reference(text.trim()));
        }
        Node::Text(text) => {
            found.extend(text.split_ascii_whitespace().filter_map(looks_like_image));
        }
        Node::Sequence(items) => items.iter().for_each(|item| words(item, member, found)),
        Node::Mapping(members) => {
            members.iter().for_each(|(name, value)| words(value, name, found));
        }
    }
}

fn looks_like_image(word: &str) -> Option<ImageReference> {
    let word = word.trim_matches(['"', '\'', ',']);
    let (host, rest) = word.split_once('/')?;
    let is_host = host.contains('.')
        && !host.starts_with('.')
        && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':'));
    (is_host && rest.contains([':', '@'])).then(|| reference(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pins(config: &str) -> Vec<(String, Pin)> {
        match image_references(config.as_bytes()).unwrap() {
            ImageReferences::All(found) => {
                found.into_iter().map(|image| (image.text, image.pin)).collect()
            }
            ImageReferences::Some(_) => panic!("not read with certainty"),
        }
    }

    fn is_uncertain(config: &str) -> bool {
        matches!(image_references(config.as_bytes()), Ok(ImageReferences::Some(_)))
    }

    #[test]
    fn images_are_found_as_members_and_inside_arguments() {
        let digest = "a".repeat(64);
        let config = format!(
            "shim: v1@sha256:{digest}\ncontainers:\n  - name: a\n    image: \"ghcr.io/o/a@sha256:{digest}\"\n  - {{ image: '', args: [\"ghcr.io/o/b:1.0\", \"-d\"] }}\nafter: ghcr.io/o/c:2\n"
        );
        assert_eq!(
            pins(&config),
            [
                (format!("ghcr.io/o/a@sha256:{digest}"), Pin::Digest),
                ("ghcr.io/o/b:1.0".to_owned(), Pin::Tag),
                (String::new(), Pin::Absent),
            ]
        );
    }

    #[test]
    fn a_short_digest_pins_nothing() {
        assert_eq!(
            pins("containers: [{image: 'a@sha256:00'}]"),
            [("a@sha256:00".to_owned(), Pin::Tag)]
        );
    }

    #[test]
    fn a_container_without_an_image_is_listed() {
        let digest = format!("a@sha256:{}", "a".repeat(64));
        let config = format!("containers: [{{image: '{digest}'}}, {{args: ['nginx:1']}}]");
        assert_eq!(pins(&config), [(digest, Pin::Digest), (String::new(), Pin::Absent)]);
    }

    /// Which word of the arguments names what runs is not for this reading to say.
    #[test]
    fn a_digest_among_the_arguments_does_not_stand_for_the_image() {
        let digest = format!("ghcr.io/o/a@sha256:{}", "a".repeat(64));
        for config in [
            format!("containers: [{{image: '', args: ['evil:1', '{digest}']}}]"),
            format!("containers: [{{name: a, sidecar: {{image: '{digest}'}}}}]"),
            format!("containers: [{{image: ['{digest}']}}]"),
        ] {
            let found = pins(&config);
            assert!(found.contains(&(String::new(), Pin::Absent)), "{config}: {found:?}");
        }
    }

    #[test]
    fn what_other_readers_could_read_differently_is_uncertain() {
        let good = format!("containers: [{{image: 'a@sha256:{}'}}]\n", "a".repeat(64));
        assert_eq!(pins(&good).len(), 1);
        for other in [
            "<<: {containers: [{image: 'evil:1'}]}\n",
            "Containers: [{image: 'evil:1'}]\n",
            "container\u{17f}: [{image: 'evil:1'}]\n",
            "# a comment\u{2028}containers: [{image: 'evil:1'}]\n",
            "# a comment\u{85}containers: [{image: 'evil:1'}]\n",
            "---\ncontainers: [{image: 'evil:1'}]\n",
            "\0\ncontainers: [{image: 'evil:1'}]\n",
        ] {
            assert!(is_uncertain(&format!("{good}{other}")), "{other:?}");
            assert!(is_uncertain(&format!("{other}{good}")), "{other:?} in front");
        }
        let item = good.trim_end().trim_end_matches("}]");
        for end in [", Image: 'evil:1'}]", ", IMAGE: 'evil:1'}]", "}, 'evil:1']", "}, ['evil:1']]"]
        {
            assert!(is_uncertain(&format!("{item}{end}")), "{end}");
        }
        assert!(is_uncertain("containers: {a: {image: 'evil:1'}}"));
        assert!(is_uncertain("containers: 'evil:1'"));
    }

    #[test]
    fn hidden_ways_to_name_an_image_are_found_or_make_the_answer_uncertain() {
        assert_eq!(pins("containers: [{\"im\\u0061ge\": 'evil:1'}]").len(), 1);
        assert!(is_uncertain("x: &a evil:1\ncontainers: [{image: *a}]"));
        assert!(is_uncertain("containers: []\ncontainers: [{image: b:1}]"));
        assert!(is_uncertain("containers: [{? {a: b} : 'r.io/o/e:1'}]"));
        assert!(is_uncertain("containers: [{image: !!binary ZXZpbA==}]"));
    }

    /// The closing bracket stands where YAML 1.2 does not allow it and libyaml does.
    #[test]
    fn what_is_not_yaml_is_searched_for_words() {
        let config = b"containers:\n  - args: [\n      \"ghcr.io/o/b:1.0\",\n    ]\n";
        let expected = ImageReference { text: "ghcr.io/o/b:1.0".into(), pin: Pin::Tag };
        assert_eq!(image_references(config), Ok(ImageReferences::Some(vec![expected])));
    }

    #[test]
    fn no_cut_or_changed_configuration_panics() {
        let config = b"a: &x [1, 'two', \"thr\\u0065e\"]\n? b\n: |\n  text\ncontainers:\n- {image: \"r.io/a:1\"}\n";
        for end in 0..config.len() {
            let _ = image_references(&config[..end]);
            for value in 0..=255 {
                let mut changed = config.to_vec();
                changed[end] = value;
                let _ = image_references(&changed);
            }
        }
    }
}
