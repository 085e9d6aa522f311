//! What a statement says about its source, as values to compare.

use super::Source;
use crate::report::{Fact, Facts, Placed};

/// What other parts are compared with.
pub(crate) fn facts(source: Source) -> Facts {
    let Source { commit, repository, reference, workflow, signer, signed_at } = source;
    let placed = |(uri, commit)| Placed { uri, commit };
    let named = [
        commit.map(Fact::Commit),
        repository.map(Fact::Repository),
        reference.map(Fact::Reference),
        workflow.map(placed).map(Fact::Workflow),
        signer.map(placed).map(Fact::Signer),
        signed_at.map(Fact::SignedAt),
    ];
    let mut facts = Facts::default();
    named.into_iter().flatten().for_each(|fact| facts.add(fact));
    facts
}
