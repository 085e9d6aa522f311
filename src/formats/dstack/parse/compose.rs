//! The app-compose file: what a dstack guest starts.

use serde::Deserialize;

use super::KeyProvider;
use crate::builds::image::reference::{ImageReference, ImageReferences, Pin, reference};
use crate::digest::Sha256;
use crate::error::Error;
use crate::wire::yaml::Node;

/// The largest file that is read, in bytes.
const MAX_COMPOSE: usize = 1024 * 1024;
const WHAT: &str = "dstack app-compose";

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
    pub(crate) fn is_likely(has: impl Fn(&str) -> bool) -> bool {
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
        let file = self.docker_compose.as_deref();
        let file = file.and_then(|text| Node::read(text, &["services", "image"]));
        file.as_ref()
            .and_then(of_services)
            .map_or(ImageReferences::Some(Vec::new()), ImageReferences::All)
    }
}

/// The image of every service of a containers' file.
fn of_services(file: &Node) -> Option<Vec<ImageReference>> {
    if file.get("include").is_some() {
        return None;
    }
    let Some(services) = file.get("services") else { return Some(Vec::new()) };
    let Node::Mapping(services) = services else { return None };
    let image = |(_, service): &(String, Node)| match (service, service.get("image")) {
        _ if service.get("extends").is_some() => None,
        (_, Some(Node::Text(image))) => Some(reference(image.trim())),
        (Node::Mapping(_), None) => Some(ImageReference { text: String::new(), pin: Pin::Absent }),
        _ => None,
    };
    services.iter().map(image).collect()
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
            "services: {a: [{image: b}]}",
            "services: b",
        ] {
            assert_eq!(images(whole), ImageReferences::Some(Vec::new()), "{whole}");
        }
    }
}
