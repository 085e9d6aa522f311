//! The same examination with a second engine, and its questions for the tests in JavaScript.
//!
//! Here RustCrypto stands in for the second engine: what is tested is that supposing, asking and
//! settling give what a plain run gives. The questions are written down with RustCrypto's answers;
//! `tests/wasm/questions.test.mjs` and `tests/browser/engines.test.mjs` ask them of WebCrypto.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::Path;

use silicon_to_source::crypto::{
    Algorithm, Message, Question, Signature, remembering, supposing, verify,
};
use silicon_to_source::error::Error;
use silicon_to_source::report::Report;

thread_local! {
    /// The questions of this test, as JSON, with RustCrypto's answers.
    static ASKED: RefCell<Option<BTreeMap<String, bool>>> = const { RefCell::new(None) };
    /// How many files this test has written.
    static WRITTEN: Cell<usize> = const { Cell::new(0) };
}

/// As long as it lives, each examination of this test is made with a second engine as well. At its
/// end the questions are in a file that has the test's name.
pub(crate) struct Compared(());

pub(crate) fn compared() -> Compared {
    ASKED.set(Some(BTreeMap::new()));
    Compared(())
}

impl Drop for Compared {
    fn drop(&mut self) {
        let asked = ASKED.take().unwrap_or_default();
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("questions");
        let test = std::thread::current().name().unwrap_or("test").replace("::", ".");
        let lines: Vec<String> =
            asked.iter().map(|(asked, holds)| format!("[{asked},{holds}]")).collect();
        let text = format!("[{}]", lines.join(",\n"));
        let number = WRITTEN.get();
        WRITTEN.set(number + 1);
        // A panic on the way out of a failing test would hide why it fails.
        let _ = std::fs::create_dir_all(&folder);
        let _ = std::fs::write(folder.join(format!("{test}.{number}.json")), text);
    }
}

/// Sees that `work` gives with a second engine what it gave without.
pub(crate) fn same(given: &Result<Report, Error>, work: impl Fn() -> Result<Report, Error>) {
    if ASKED.with_borrow(Option::is_none) {
        return;
    }
    let told = |given: &Result<Report, Error>| match given {
        Ok(report) => report.to_json(),
        Err(error) => error.to_string(),
    };
    let draft = supposing(&work);
    let held: Vec<bool> = draft.questions().iter().map(note).collect();
    let (other, _) = draft.settled(&held, &work);
    assert_eq!(told(&other), told(given));
}

/// Whether RustCrypto says that it holds; both are written down.
fn note(question: &Question) -> bool {
    let signature = match question.algorithm() {
        Algorithm::EcdsaP256(_) | Algorithm::EcdsaP384(_) => {
            Signature::Concatenated(question.signature())
        }
        Algorithm::Ed25519
        | Algorithm::Ethereum
        | Algorithm::RsaPkcs1(_)
        | Algorithm::RsaPss(_) => Signature::Octets(question.signature()),
    };
    let key = match question.key_format() {
        // The header of a SubjectPublicKeyInfo with a key of 2048 to 4096 bits takes 24 bytes.
        "spki" => &question.key()[24..],
        _ => question.key(),
    };
    let message = Message::Bytes(question.message());
    let holds = verify(question.algorithm(), key, message, signature).is_ok();
    write_down(question, holds);
    holds
}

fn write_down(question: &Question, holds: bool) {
    let parameters = question.parameters();
    let asked = serde_json::json!({
        "format": question.key_format(),
        "name": parameters.name,
        "namedCurve": parameters.curve,
        "hash": parameters.hash.map(|hash| hash.to_string()),
        "saltLength": parameters.salt_len,
        "key": hex::encode(question.key()),
        "message": hex::encode(question.message()),
        "signature": hex::encode(question.signature()),
    });
    ASKED.with_borrow_mut(|known| {
        if let Some(known) = known {
            known.insert(asked.to_string(), holds);
        }
    });
}

/// Asks one question of the door, and writes it down where a second engine can be asked as well.
pub(crate) fn ask(
    algorithm: Algorithm,
    key: &[u8],
    message: Message<'_>,
    signature: Signature<'_>,
) -> bool {
    let holds = remembering(|| verify(algorithm, key, message, signature)).is_ok();
    let draft = supposing(|| verify(algorithm, key, message, signature).is_ok());
    match draft.questions() {
        [question] => write_down(question, holds),
        asked => assert!(asked.is_empty()),
    }
    let again = || verify(algorithm, key, message, signature).is_ok();
    let held = vec![holds; draft.questions().len()];
    assert_eq!(draft.settled(&held, again).0, holds);
    holds
}
