//! The source that the build names, and GitHub's answers about it.

const OBJECTS: &str = "git object format";
const GITHUB: &str = "GitHub REST API, artifact attestations";

crate::finding::table! {
    SOURCE {
        GIT_COMMIT = "git.commit", "", Commit, Appraisal, OBJECTS,
            tells [Commit],
            fails ["collision", "malformed", "not-rebuilt"];
        GIT_TREE = "git.tree", "", Commit, Appraisal, OBJECTS,
            fails ["collision", "malformed"];
        GIT_WORKFLOW = "git.workflow", "1.8", Commit, Appraisal, "git object format; Fulcio certificate extensions 1.3.6.1.4.1.57264.1",
            tells [Commit],
            fails ["missing", "not-a-file"];
        GIT_FILE = "git.file", "", Commit, Appraisal, OBJECTS;
        GIT_TAG = "git.tag", "", Commit, Appraisal, OBJECTS,
            warns ["moved"],
            fails ["collision", "malformed", "not-equal", "not-rebuilt"];
    }
    OTHERS {
        GIT_OBJECT = "git.object", "", Commit, Appraisal, OBJECTS,
            is [NeverPasses];
        GIT_COMMIT_SIGNATURE = "git.commit-signature", "", Commit, Appraisal, "git signature format",
            fails ["several"];
        GITHUB_ATTESTATIONS = "github.attestations", "", Provenance, Appraisal, GITHUB,
            warns ["other-not-verified"],
            fails ["not-listed"];
    }
}
