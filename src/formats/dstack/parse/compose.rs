//! The app-compose file: what a dstack guest starts.

use std::collections::{BTreeMap, BTreeSet};

use saphyr_parser::{Event, Parser};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::KeyProvider;
use crate::builds::image::reference::{ImageReference, ImageReferences, Pin, reference};
use crate::digest::Sha256;
use crate::error::Error;

/// The largest file that is read, in bytes.
const MAX_COMPOSE: usize = 1024 * 1024;
const WHAT: &str = "dstack app-compose";
/// The deepest that collections of the containers' file may be nested; Docker Compose needs six.
const MAX_DEPTH: usize = 32;

/// An app-compose file, taken apart.
#[derive(Clone, Debug)]
pub struct AppCompose {
    /// SHA-256 of the file's exact bytes.
    pub sha256: Sha256,
    /// Where keys come from; `None` for a word that is not known.
    pub key_provider: Option<KeyProvider>,
    /// Which provider, in hex; empty when any will do.
    pub key_provider_id: String,
    /// The containers' file, for Docker Compose.
    pub(crate) docker_compose: Option<String>,
    /// Whether scripts of the operator run beside the containers.
    pub(crate) has_scripts: bool,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct File {
    docker_compose_file: Option<String>,
    pre_launch_script: Option<String>,
    init_script: Option<String>,
    bash_script: Option<String>,
    key_provider: Option<String>,
    key_provider_id: Option<String>,
    kms_enabled: bool,
    local_key_provider_enabled: bool,
}

impl AppCompose {
    /// Whether `file` is JSON with the members of such a file.
    pub(crate) fn is_likely(members: &BTreeMap<String, IgnoredAny>) -> bool {
        let has = |name: &str| members.contains_key(name);
        has("docker_compose_file") || (has("manifest_version") && has("runner"))
    }

    /// # Errors
    /// When it is too large or not JSON of this form, or has a member twice.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        Error::cap(WHAT, bytes.len(), MAX_COMPOSE)?;
        let file: File = crate::json::from_slice(WHAT, bytes)?;
        let word = match (&file.key_provider, file.kms_enabled, file.local_key_provider_enabled) {
            (Some(word), ..) => word.as_str(),
            (None, true, _) => "kms",
            (None, false, true) => "local",
            (None, false, false) => "none",
        };
        let scripts = [&file.pre_launch_script, &file.init_script, &file.bash_script];
        Ok(Self {
            sha256: Sha256::of(bytes),
            key_provider: KeyProvider::of(word),
            key_provider_id: file.key_provider_id.unwrap_or_default(),
            docker_compose: file.docker_compose_file,
            has_scripts: scripts.into_iter().flatten().any(|text| !text.trim().is_empty()),
        })
    }

    /// The images that the containers' file names.
    ///
    /// Every service is listed, one without a member `image` as [`Pin::Absent`]. A file that is
    /// not one document of YAML 1.2, or that other readers could read differently (aliases, tags,
    /// merge keys, a key twice), or that takes in other files (`include`, `extends`), gives
    /// [`ImageReferences::Some`] with nothing in it.
    pub fn images(&self) -> ImageReferences {
        let found = self.docker_compose.as_deref().and_then(walk);
        found.map_or(ImageReferences::Some(Vec::new()), ImageReferences::All)
    }
}

fn walk(text: &str) -> Option<Vec<ImageReference>> {
    let ends_a_line = |c: char| matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}');
    let odd = |c: char| ends_a_line(c) || (c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
    if text.contains(odd) {
        return None;
    }
    let mut walk = Walk::default();
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, _) = event.ok()?;
        walk.step(event)?;
    }
    Some(walk.found)
}

/// Where the walk stands: the open collections.
#[derive(Default)]
struct Walk {
    open: Vec<Node>,
    found: Vec<ImageReference>,
    documents: usize,
}

enum Node {
    /// The key whose value is next, and every key so far.
    Mapping {
        key: Option<String>,
        seen: BTreeSet<String>,
    },
    Sequence,
}

impl Walk {
    fn step(&mut self, event: Event<'_>) -> Option<()> {
        match event {
            Event::MappingStart(_, None) => {
                self.begin(Node::Mapping { key: None, seen: BTreeSet::new() })
            }
            Event::SequenceStart(_, None) => self.begin(Node::Sequence),
            Event::Scalar(value, _, _, None) => self.scalar(&value),
            Event::MappingEnd | Event::SequenceEnd => {
                self.end();
                Some(())
            }
            Event::MappingStart(..)
            | Event::SequenceStart(..)
            | Event::Scalar(..)
            | Event::Alias(_) => None,
            Event::DocumentStart(_) => {
                self.documents = self.documents.saturating_add(1);
                (self.documents == 1).then_some(())
            }
            Event::StreamStart | Event::StreamEnd | Event::DocumentEnd | Event::Nothing => Some(()),
        }
    }

    fn begin(&mut self, node: Node) -> Option<()> {
        let is_key = matches!(self.open.last(), Some(Node::Mapping { key: None, .. }));
        let in_services = self.path() == ["services"];
        let is_image = self.is_image();
        let is_mapping = matches!(node, Node::Mapping { .. });
        // The services are a mapping, each is one, and an image is a text.
        let is_deep = self.open.len() >= MAX_DEPTH;
        if is_deep || is_key || is_image || (self.open.len() <= 2 && in_services && !is_mapping) {
            return None;
        }
        self.open.push(node);
        Some(())
    }

    fn end(&mut self) {
        let is_service = self.is_service();
        let Some(ended) = self.open.pop() else { return };
        let has_image =
            |node: &Node| matches!(node, Node::Mapping { seen, .. } if seen.contains("image"));
        if is_service && !has_image(&ended) {
            self.found.push(ImageReference { text: String::new(), pin: Pin::Absent });
        }
        self.value_ended();
    }

    fn scalar(&mut self, value: &str) -> Option<()> {
        let depth = self.open.len();
        let in_services = self.path().first() == Some(&"services");
        if let Some(Node::Mapping { key: key @ None, seen }) = self.open.last_mut() {
            let other_file = (depth == 1 && value == "include")
                || (depth == 3 && in_services && value == "extends");
            let shadows = ["services", "image"]
                .iter()
                .any(|known| value != *known && value.eq_ignore_ascii_case(known));
            let odd = value == "<<" || !value.is_ascii() || seen.contains(value);
            if odd || shadows || other_file {
                return None;
            }
            seen.insert(value.to_owned());
            *key = Some(value.to_owned());
            return Some(());
        }
        if self.is_image() {
            self.found.push(reference(value.trim()));
        } else if in_services && depth <= 2 {
            return None;
        }
        self.value_ended();
        Some(())
    }

    fn value_ended(&mut self) {
        if let Some(Node::Mapping { key, .. }) = self.open.last_mut() {
            *key = None;
        }
    }

    /// The keys of the open mappings, up to the first sequence.
    fn path(&self) -> Vec<&str> {
        let keys = self.open.iter().map_while(|node| match node {
            Node::Mapping { key, .. } => key.as_deref(),
            Node::Sequence => None,
        });
        keys.collect()
    }

    /// Whether the next value is a service's image.
    fn is_image(&self) -> bool {
        self.open.len() == 3 && matches!(self.path().as_slice(), ["services", _, "image"])
    }

    /// Whether the innermost open mapping is a service.
    fn is_service(&self) -> bool {
        self.open.len() == 3 && matches!(self.path().as_slice(), ["services", _])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn images(yaml: &str) -> ImageReferences {
        let file = serde_json::json!({"manifest_version": 2, "docker_compose_file": yaml});
        AppCompose::parse(file.to_string().as_bytes()).unwrap().images()
    }

    #[test]
    fn every_service_is_listed_with_what_its_image_pins() {
        let digest = format!("ghcr.io/o/a@sha256:{}", "a".repeat(64));
        let yaml = format!(
            "services:\n  a:\n    image: {digest}\n    ports: [1, 2]\n  b: {{image: 'nginx:1'}}\n  c:\n    build: .\nvolumes:\n  d:\n    image: no\n"
        );
        let ImageReferences::All(found) = images(&yaml) else { panic!("uncertain") };
        let found: Vec<_> = found.iter().map(|image| (image.text.as_str(), image.pin)).collect();
        assert_eq!(found, [(&*digest, Pin::Digest), ("nginx:1", Pin::Tag), ("", Pin::Absent)]);
    }

    #[test]
    fn what_other_readers_could_read_differently_is_uncertain() {
        let good = "services: {a: {image: 'x@sha256:00'}}\n";
        assert!(matches!(images(good), ImageReferences::All(found) if found.len() == 1));
        for other in [
            "include: [other.yaml]\n",
            "services: {b: {image: c}}\n",
            "Services: {b: {image: c}}\n",
            "---\nservices: {b: {image: c}}\n",
            "x: &x 1\ny: *x\n",
            "<<: {services: {}}\n",
        ] {
            let found = images(&format!("{good}{other}"));
            assert_eq!(found, ImageReferences::Some(Vec::new()), "{other}");
        }
        for whole in [
            "services: {a: {extends: b}}",
            "services: {a: {image: [b]}}",
            "services: {a: {image: b, image: c}}",
            "services: [{image: b}]",
            "services: {a: b}",
            "services: b",
        ] {
            assert_eq!(images(whole), ImageReferences::Some(Vec::new()), "{whole}");
        }
    }
}
