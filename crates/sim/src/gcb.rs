//! Build provenance as Google Cloud Build writes it, signed by a key that is published here.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value as Json, json};
use silicon_to_source::digest::Sha256;
use silicon_to_source::pki::build_keys::{SIMULATED_CLOUD_BUILD, SIMULATED_OLDER_CLOUD_BUILD};

use super::keys::Key;
use super::signature::Algorithm;
use super::sigstore::{IN_TOTO, pre_authentication_encoding};

/// A key of one region, as older envelopes name it.
pub const REGIONAL_KEY: &str = "projects/verified-builder/locations/us-west2/keyRings/attestor/cryptoKeys/builtByGCB/cryptoKeyVersions/1";

/// One document. The public fields can be changed before it is signed.
#[derive(Clone, Debug)]
pub struct CloudBuildSpec {
    /// The envelopes.
    pub envelopes: Vec<EnvelopeSpec>,
    /// The image digest in gcloud's summary.
    pub summary: Option<String>,
}

/// One envelope.
#[derive(Clone, Debug)]
pub struct EnvelopeSpec {
    /// The statement that is signed.
    pub statement: Json,
    /// The payload's media type.
    pub payload_type: String,
    /// Who signs, and under which key id.
    pub signers: Vec<(String, Key)>,
    /// The readable copy beside the envelope; without one, it is the statement itself.
    pub unsigned: Option<Json>,
}

impl CloudBuildSpec {
    /// Provenance of the image with this digest in SLSA v1, as gcloud prints it.
    pub fn of(digest: Sha256) -> Self {
        Self {
            envelopes: vec![EnvelopeSpec::new(statement(digest))],
            summary: Some(format!("sha256:{digest}")),
        }
    }

    /// The same with a second envelope in SLSA v0.1.
    pub fn with_v0_1(digest: Sha256) -> Self {
        let mut spec = Self::of(digest);
        spec.envelopes.push(EnvelopeSpec::new(statement_v0_1(digest)));
        spec
    }

    /// What gcloud prints.
    pub fn bytes(&self) -> Vec<u8> {
        let occurrences: Vec<Json> = self
            .envelopes
            .iter()
            .map(|envelope| {
                let copy = envelope.unsigned.as_ref().unwrap_or(&envelope.statement);
                json!({
                    "build": { "inTotoSlsaProvenanceV1": copy },
                    "envelope": envelope.json(),
                    "kind": "BUILD",
                })
            })
            .collect();
        let mut document = json!({ "provenance_summary": { "provenance": occurrences } });
        if let Some(digest) = &self.summary {
            document["image_summary"] = json!({ "digest": digest });
        }
        document.to_string().into_bytes()
    }
}

impl EnvelopeSpec {
    /// The statement, signed by the simulated key.
    pub fn new(statement: Json) -> Self {
        Self {
            statement,
            payload_type: IN_TOTO.to_owned(),
            signers: vec![(SIMULATED_CLOUD_BUILD[0].id.to_owned(), Key::CloudBuild)],
            unsigned: None,
        }
    }

    /// The statement, signed as by an older key: over the payload alone.
    pub fn older(statement: Json) -> Self {
        let signers = vec![(SIMULATED_OLDER_CLOUD_BUILD[0].id.to_owned(), Key::CloudBuild)];
        Self { signers, ..Self::new(statement) }
    }

    /// The envelope alone.
    pub fn json(&self) -> Json {
        let payload = self.statement.to_string().into_bytes();
        let message = pre_authentication_encoding(&self.payload_type, &payload);
        let signatures: Vec<Json> = self
            .signers
            .iter()
            .map(|(id, key)| {
                let signed =
                    if id == SIMULATED_OLDER_CLOUD_BUILD[0].id { &payload } else { &message };
                let signature = key.sign(Algorithm::EcdsaP256Sha256, signed);
                json!({ "keyid": id, "sig": URL_SAFE_NO_PAD.encode(signature) })
            })
            .collect();
        json!({
            "payload": URL_SAFE_NO_PAD.encode(&payload),
            "payloadType": self.payload_type,
            "signatures": signatures,
        })
    }
}

const REPOSITORY: &str = "https://github.com/silicon-to-source/silicon-to-source-demo";
const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
const BUILD: &str = "00000000-0000-4000-8000-000000000001";

fn substitutions() -> Json {
    json!({
        "BRANCH_NAME": "main",
        "BUILD_ID": BUILD,
        "COMMIT_SHA": COMMIT,
        "LOCATION": "us-central1",
        "PROJECT_NUMBER": "900000004",
        "REF_NAME": "main",
        "REPO_FULL_NAME": "silicon-to-source/silicon-to-source-demo",
        "REPO_NAME": "silicon-to-source-demo",
        "REVISION_ID": COMMIT,
        "SHORT_SHA": &COMMIT[..7],
        "TRIGGER_BUILD_CONFIG_PATH": "cloudbuild.yaml",
        "TRIGGER_NAME": "simulated-trigger",
    })
}

/// A statement in SLSA v1 about the image with this digest. No such commit exists.
pub fn statement(digest: Sha256) -> Json {
    json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [
            { "name": "https://registry.simulated.example/image", "digest": { "sha256": digest } },
            { "name": "https://registry.simulated.example/image:latest", "digest": { "sha256": digest } },
        ],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": "https://cloud.google.com/build/gcb-buildtypes/google-worker/v1",
                "externalParameters": {
                    "buildConfigSource": {
                        "path": "cloudbuild.yaml",
                        "ref": "refs/heads/main",
                        "repository": format!("git+{REPOSITORY}"),
                    },
                    "substitutions": {},
                },
                "internalParameters": { "systemSubstitutions": substitutions() },
                "resolvedDependencies": [{
                    "uri": format!("git+{REPOSITORY}@refs/heads/main"),
                    "digest": { "gitCommit": COMMIT },
                }],
            },
            "runDetails": {
                "builder": { "id": "https://cloudbuild.googleapis.com/GoogleHostedWorker" },
                "metadata": {
                    "invocationId": format!("https://cloudbuild.googleapis.com/v1/projects/simulated-project/locations/us-central1/builds/{BUILD}"),
                },
            },
        },
    })
}

/// The same in SLSA v0.1.
pub fn statement_v0_1(digest: Sha256) -> Json {
    json!({
        "_type": "https://in-toto.io/Statement/v0.1",
        "subject": [
            { "name": "https://registry.simulated.example/image", "digest": { "sha256": digest } },
        ],
        "predicateType": "https://slsa.dev/provenance/v0.1",
        "predicate": {
            "builder": { "id": "https://cloudbuild.googleapis.com/GoogleHostedWorker@v0.3" },
            "materials": [{ "uri": format!("git+{REPOSITORY}"), "digest": { "sha1": COMMIT } }],
            "recipe": {
                "type": "https://cloudbuild.googleapis.com/CloudBuildYaml@v0.1",
                "entryPoint": "cloudbuild.yaml",
                "arguments": {
                    "name": format!("projects/900000004/locations/us-central1/builds/{BUILD}"),
                    "substitutions": substitutions(),
                },
            },
        },
    })
}
