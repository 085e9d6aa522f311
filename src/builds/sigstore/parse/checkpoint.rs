//! The log's signed statement of its size and root hash: a signed note (C2SP signed-note,
//! C2SP tlog-checkpoint).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A checkpoint, parsed from its text.
#[derive(Clone, Debug)]
pub(crate) struct Checkpoint {
    origin: String,
    size: u64,
    root: [u8; 32],
    signed: String,
    signatures: Vec<NoteSignature>,
}

/// One signature line of a checkpoint.
#[derive(Clone, Debug)]
pub(crate) struct NoteSignature {
    /// The signer's name.
    pub name: String,
    /// The first four bytes of the signer's key id: a hint, and nothing more.
    pub hint: [u8; 4],
    /// The signature over the text.
    pub signature: Vec<u8>,
}

impl Checkpoint {
    /// Reads a checkpoint. Every line has its one form: nothing may stand around a value, and
    /// the last line ends like the others.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let (body, lines) =
            text.split_once("\n\n").ok_or("the empty line before the signatures is missing")?;
        let mut fields = body.split('\n');
        let mut field = |why| fields.next().filter(|line| !line.is_empty()).ok_or(why);
        let origin = field("the origin line is missing")?.to_owned();
        let size = field("the tree size line is missing")?;
        let root = field("the root hash line is missing")?;
        if fields.any(str::is_empty) {
            return Err("there is an empty extension line");
        }
        let size = size
            .parse()
            .ok()
            .filter(|value: &u64| value.to_string() == size)
            .ok_or("the tree size is not a decimal number")?;
        let root = STANDARD
            .decode(root)
            .ok()
            .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
            .ok_or("the root hash is not 32 bytes of standard base64")?;
        let lines = lines.strip_suffix('\n').ok_or("the last line does not end")?;
        let signatures = lines.split('\n').map(NoteSignature::parse).collect::<Result<_, _>>()?;
        Ok(Self { origin, size, root, signed: format!("{body}\n"), signatures })
    }

    /// The log's name and, in Rekor v1, its tree id.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// The name part of the origin: what stands before ` - ` in Rekor v1.
    pub(crate) fn host(&self) -> &str {
        self.origin.split_once(" - ").map_or(self.origin.as_str(), |(host, _)| host)
    }

    /// Number of leaves.
    pub(crate) const fn size(&self) -> u64 {
        self.size
    }

    /// Root hash of the tree, SHA-256.
    pub(crate) const fn root(&self) -> &[u8; 32] {
        &self.root
    }

    /// The signed bytes.
    pub(crate) fn signed(&self) -> &[u8] {
        self.signed.as_bytes()
    }

    /// The signature lines, in order.
    pub(crate) fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }
}

impl NoteSignature {
    fn parse(line: &str) -> Result<Self, &'static str> {
        const FORM: &str = "a signature line is not an em dash, a name and a base64 signature";
        let (name, encoded) =
            line.strip_prefix("\u{2014} ").and_then(|rest| rest.split_once(' ')).ok_or(FORM)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| FORM)?;
        let (hint, signature) = bytes.split_first_chunk::<4>().ok_or(FORM)?;
        if name.is_empty() || name.contains('+') || signature.is_empty() {
            return Err(FORM);
        }
        Ok(Self { name: name.to_owned(), hint: *hint, signature: signature.to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTE: &str = "rekor.example - 7\n12\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n\u{2014} rekor.example AAECAwQ=\n";

    #[test]
    fn fields_and_signed_text_are_those_of_the_note() {
        let checkpoint = Checkpoint::parse(NOTE).unwrap();
        assert_eq!(checkpoint.origin(), "rekor.example - 7");
        assert_eq!(checkpoint.host(), "rekor.example");
        assert_eq!(checkpoint.size(), 12);
        assert_eq!(checkpoint.root(), &[0; 32]);
        assert!(checkpoint.signed().ends_with(b"AAA=\n"));
        let [signature] = checkpoint.signatures() else { panic!("one line") };
        assert_eq!((signature.hint, signature.signature.as_slice()), ([0, 1, 2, 3], &[4][..]));
    }

    #[test]
    fn any_other_spelling_is_refused() {
        for (from, to) in [
            ("\n12\n", "\n012\n"),
            ("\n12\n", "\n+12\n"),
            ("\n12\n", "\n12 \n"),
            ("rekor.example - 7\n", "\n"),
            ("AAA=\n\n", "AAA=\n"),
            ("AAA=\n\n", "AAA=\n\n\n"),
            ("\u{2014} ", "- "),
            ("AwQ=\n", "AwQ=\r\n"),
            ("AAECAwQ=\n", "AAECAwQ="),
            ("AAECAwQ=\n", "AAECAw==\n"),
            ("AAECAwQ=\n", "AAECAwQ= x\n"),
        ] {
            let text = NOTE.replace(from, to);
            assert_ne!(text, NOTE);
            assert!(Checkpoint::parse(&text).is_err(), "{text:?}");
        }
    }
}
