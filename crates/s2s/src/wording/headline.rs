//! The headline: a function of its word, its object and its caveat. `www/phrases.js` has the same
//! rules, and a test compares the two.

use silicon_to_source::finding::LinkId;
use silicon_to_source::report::{DebugFlag, Link, RootOfTrust, Word};
use silicon_to_source::text;

use super::{Sentences, fill, find, marked, word};

/// A headline as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// A few words.
    pub short: String,
    /// The sentence with its object.
    pub sentence: String,
    /// The sentence as it stands on a card: under its few words, which have the caveat, and above
    /// the rows, which tell of the machine.
    pub card: String,
}

/// Digits of a commit that a headline shows.
pub(super) const COMMIT: usize = 12;

impl Sentences<'_> {
    /// The headline. The names in it come from links of the unbroken chain alone.
    pub fn headline(&self) -> Line {
        let own = &self.report.headline;
        let source = self.source();
        // A chain to a commit that nothing names is told as the chain to the image.
        let shown = match own.word {
            Word::Verified if source.is_none() => Word::VerifiedImage,
            shown => shown,
        };
        let key = word(&shown);
        let host = own.of.as_deref().map(host);
        let form = match (shown, &host) {
            (Word::Undecided, _) => return self.undecided(),
            (Word::Build, _) if source.is_some() => "source",
            (Word::Build, _) | (_, None) => "alone",
            (_, Some(_)) => "asked",
        };
        let caveat = own.caveat.as_ref().map(Self::caveat);
        let but = |caveat| fill(text_at(&["but"]), &[("caveat", caveat)]);
        let but = caveat.as_deref().map(but).unwrap_or_default();
        let maker = self.maker();
        let chip = match self.report.flags.debug {
            DebugFlag::Off => "hidden",
            _ => "plain",
        };
        let chip = fill(text_at(&["chips", chip]), &[("maker", maker)]);
        let (commit, repository) = source.unwrap_or_default();
        let reason = self.because().next().map(|first| self.unmarked(first)).unwrap_or_default();
        let values = [
            ("host", host.unwrap_or_default()),
            ("commit", commit),
            ("repository", repository),
            ("chip", chip),
            ("maker", maker.to_owned()),
            ("software", self.software().to_owned()),
            ("reason", reason),
            ("but", but.clone()),
        ];
        let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
        let sentence = fill(text_at(&["headlines", &key, form]), &values);
        let on_card = match shown {
            Word::Verified | Word::VerifiedImage | Word::RealMachine | Word::Failed => "card",
            _ => form,
        };
        let plain = values.map(|(name, value)| (name, if name == "but" { "" } else { value }));
        let card = fill(text_at(&["headlines", &key, on_card]), &plain);
        let short = format!("{}{but}", text_at(&["headlines", &key, "short"]));
        self.line(&short, &sentence, &card)
    }

    /// What is missing, in this order: what the policy asks for beside the checks, a file that
    /// would decide an open check, or the first check that is open.
    fn undecided(&self) -> Line {
        let say = |form: &str, values: &[(&str, &str)]| {
            let short = text_at(&["headlines", "undecided", "short"]);
            let sentence = fill(text_at(&["headlines", "undecided", form]), values);
            self.line(short, &sentence, &sentence)
        };
        if let Some(lacks) = self.report.verdict.lacks.first() {
            let caveat = self.first_caveat();
            return say(lacks, &[("caveat", caveat)]);
        }
        let because = &self.report.verdict.because;
        let mut files: Vec<&str> = Vec::new();
        for wanted in &self.report.wanted {
            let decides = because.iter().any(|named| wanted.decides.contains(&named.check));
            if decides && !files.contains(&wanted.what) {
                files.push(wanted.what);
            }
        }
        let what = files.first().map(|what| text_at(&["wanted", what])).unwrap_or_default();
        let count = files.len().to_string();
        match files.len() {
            0 => {
                let first = self.because().next();
                let reason = first.map(|first| self.unmarked(first)).unwrap_or_default();
                say("reason", &[("reason", &reason)])
            }
            1 => say("file", &[("what", what)]),
            _ => say("files", &[("count", &count), ("what", what)]),
        }
    }

    fn line(&self, short: &str, sentence: &str, card: &str) -> Line {
        let marked = |text: &str| marked(text.to_owned(), self.report);
        Line { short: marked(short), sentence: marked(sentence), card: marked(card) }
    }

    /// Commit and repository, where their link holds and is tied to the build before it, and
    /// everything that names them agrees.
    fn source(&self) -> Option<(String, String)> {
        let link = self.report.link(LinkId::Commit)?;
        let root = self.report.assurance.root_of_trust;
        let in_chain =
            root == RootOfTrust::BuildOnly || self.report.ends_at.link == Some(LinkId::Commit);
        if !link.holds() || link.joined_by.is_none() || !in_chain {
            return None;
        }
        let commit: String = self.report.of_source("git.commit")?.chars().take(COMMIT).collect();
        let repository = self.report.of_source("git.repository")?;
        let repository = repository.strip_prefix("https://").unwrap_or(&repository);
        Some((text::cut(&commit), text::cut(repository)))
    }

    /// Whose root key the chain begins at, by the check that carries its first link.
    fn maker(&self) -> &'static str {
        let root = word(&self.report.assurance.root_of_trust);
        let carried = self.report.link(LinkId::HardwareRoot).map(|link| link.carried_by.as_slice());
        let named = carried.unwrap_or_default().iter();
        let named = named.filter_map(|check| find(&["makers", &root, check.id])).next();
        named.or_else(|| find(&["makers", &root, "none"])).unwrap_or_default()
    }

    /// Which software is shown to run, by the check that carries the image.
    fn software(&self) -> &'static str {
        let image = self.report.link(LinkId::Image).map(|link: &Link| link.carried_by.as_slice());
        let first = image.unwrap_or_default().first();
        first.map(|check| text_at(&["software", check.id])).unwrap_or_default()
    }

    /// The caveat of the first finding that holds with a reservation.
    fn first_caveat(&self) -> &'static str {
        let findings = self.report.links.iter().flat_map(|link| &link.findings);
        let mut noted = findings.filter(|f| ["warn", "allowed"].contains(&f.outcome));
        noted.next().map(|f| text_at(&["checks", f.check.id, "caveat"])).unwrap_or_default()
    }
}

/// The address that was asked, without what every address begins with.
pub(super) fn host(origin: &str) -> String {
    text::cut(origin.strip_prefix("https://").unwrap_or(origin))
}

fn text_at<'a>(path: &[&'a str]) -> &'a str {
    super::text(path)
}
