//! A build on GitHub Actions, as Fulcio and SLSA describe it.

use std::collections::BTreeMap;

use serde_json::json;
use silicon_to_source::time::UnixTime;

use crate::BUILD_TIME;

/// One run of a workflow.
#[derive(Clone, Debug)]
pub struct Build {
    /// OIDC issuer.
    pub issuer: String,
    /// `owner/name` of the source repository.
    pub repository: String,
    /// Numeric id of the source repository.
    pub repository_id: String,
    /// Numeric id of its owner.
    pub owner_id: String,
    /// Commit, 40 hex digits.
    pub commit: String,
    /// Source ref.
    pub reference: String,
    /// Path of the workflow file.
    pub workflow: String,
    /// Name of the workflow.
    pub workflow_name: String,
    /// What started the run.
    pub trigger: String,
    /// Runner environment.
    pub runner: String,
    /// Numeric id of the run.
    pub run: String,
    /// Visibility of the repository.
    pub visibility: String,
    /// When it ran.
    pub time: UnixTime,
}

impl Default for Build {
    /// A tagged release of the simulated source repository. No such commit exists.
    fn default() -> Self {
        Self {
            issuer: "https://token.actions.githubusercontent.com".into(),
            repository: "silicon-to-source/silicon-to-source-demo".into(),
            repository_id: "900000001".into(),
            owner_id: "900000002".into(),
            commit: "0123456789abcdef0123456789abcdef01234567".into(),
            reference: "refs/tags/v1.0.0".into(),
            workflow: ".github/workflows/build.yml".into(),
            workflow_name: "SIMULATED build".into(),
            trigger: "push".into(),
            runner: "github-hosted".into(),
            run: "9000000003".into(),
            visibility: "public".into(),
            time: BUILD_TIME,
        }
    }
}

impl Build {
    /// URI of the source repository.
    pub fn repository_uri(&self) -> String {
        format!("https://github.com/{}", self.repository)
    }

    /// URI of the workflow file at its ref: the certificate's identity.
    pub fn identity(&self) -> String {
        format!("{}/{}@{}", self.repository_uri(), self.workflow, self.reference)
    }

    /// URI of the run.
    pub fn invocation(&self) -> String {
        format!("{}/actions/runs/{}/attempts/1", self.repository_uri(), self.run)
    }

    /// The values of Fulcio's extensions 1.3.6.1.4.1.57264.1.N by N: 1 to 6 and 8 to 22
    /// (Fulcio `docs/oid-info.md`).
    pub fn claims(&self) -> BTreeMap<u8, String> {
        let owner = self.repository.split('/').next().unwrap_or_default();
        [
            (1, self.issuer.clone()),
            (2, self.trigger.clone()),
            (3, self.commit.clone()),
            (4, self.workflow_name.clone()),
            (5, self.repository.clone()),
            (6, self.reference.clone()),
            (8, self.issuer.clone()),
            (9, self.identity()),
            (10, self.commit.clone()),
            (11, self.runner.clone()),
            (12, self.repository_uri()),
            (13, self.commit.clone()),
            (14, self.reference.clone()),
            (15, self.repository_id.clone()),
            (16, format!("https://github.com/{owner}")),
            (17, self.owner_id.clone()),
            (18, self.identity()),
            (19, self.commit.clone()),
            (20, self.trigger.clone()),
            (21, self.invocation()),
            (22, self.visibility.clone()),
        ]
        .into()
    }

    /// An in-toto statement with SLSA v1 provenance, as GitHub writes it, about the artifact
    /// `name` whose SHA-256 is `digest` in hex.
    pub fn slsa_statement(&self, name: &str, digest: &str) -> Vec<u8> {
        let statement = json!({
            "_type": "https://in-toto.io/Statement/v1",
            "predicate": {
                "buildDefinition": {
                    "buildType": "https://actions.github.io/buildtypes/workflow/v1",
                    "externalParameters": {
                        "workflow": {
                            "path": self.workflow,
                            "ref": self.reference,
                            "repository": self.repository_uri(),
                        },
                    },
                    "internalParameters": {
                        "github": {
                            "event_name": self.trigger,
                            "repository_id": self.repository_id,
                            "repository_owner_id": self.owner_id,
                            "runner_environment": self.runner,
                        },
                    },
                    "resolvedDependencies": [{
                        "digest": { "gitCommit": self.commit },
                        "uri": format!("git+{}@{}", self.repository_uri(), self.reference),
                    }],
                },
                "runDetails": {
                    "builder": { "id": self.identity() },
                    "metadata": { "invocationId": self.invocation() },
                },
            },
            "predicateType": "https://slsa.dev/provenance/v1",
            "subject": [{ "digest": { "sha256": digest }, "name": name }],
        });
        serde_json::to_vec(&statement).unwrap()
    }
}
