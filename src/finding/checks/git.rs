//! The source that the build names, and GitHub's answers about it.

const OBJECTS: &str = "git object format";
const GITHUB: &str = "GitHub REST API, artifact attestations";

checks! {
    GIT_COMMIT = "git.commit", "", Commit, Appraisal, OBJECTS,
        tells [Commit];
    GIT_TREE = "git.tree", "", Commit, Appraisal, OBJECTS;
    GIT_WORKFLOW = "git.workflow", "1.8", Commit, Appraisal, "git object format; Fulcio certificate extensions 1.3.6.1.4.1.57264.1",
        tells [Commit];
    GIT_OBJECT = "git.object", "", Commit, Appraisal, OBJECTS;
    GIT_FILE = "git.file", "", Commit, Appraisal, OBJECTS;
    GIT_TAG = "git.tag", "", Commit, Appraisal, OBJECTS;
    GIT_COMMIT_SIGNATURE = "git.commit-signature", "", Commit, Appraisal, "git signature format";
    GITHUB_ATTESTATIONS = "github.attestations", "", Provenance, Appraisal, GITHUB;
}
