//! `s2s audit`: a bundle goes into the place that a page has for it, and nothing is overwritten.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use flate2::read::DeflateDecoder;
use silicon_to_source::digest::Sha256;
use silicon_to_source::engine::bundle::Bundle;
use silicon_to_source::engine::options::Options;
use silicon_to_source::{Context, File, examine_with};

const PLACE: &str = "<script type=\"text/plain\" id=\"bundle\"></script>";

/// A folder of its own for a test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("audit-{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir(&folder).unwrap();
    folder
}

/// The demonstration, as somebody recorded it.
fn bundle() -> String {
    let context = Context::at("2026-02-01T00:00:00Z".parse().unwrap());
    let files = [File::new("evidence", s2s_sim::demonstration())];
    let mut options = Options::default();
    options.set_policy("simulated".to_owned()).unwrap();
    let report = examine_with(&files, &options, &context).unwrap().to_json();
    Bundle::of(&files, &options, &context, report, None).unwrap().to_json().unwrap()
}

fn audit(bundle: &Path, output: &Path, page: Option<&Path>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_s2s"));
    command.arg("audit").arg(bundle).arg("--output").arg(output);
    if let Some(page) = page {
        command.arg("--page").arg(page);
    }
    command.output().unwrap()
}

fn told(output: &Output) -> String {
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_bundle_is_put_into_its_place_and_the_reader_is_told_what_its_report_is() {
    let folder = folder("made");
    let [kept, page, made] = ["b.s2s.json", "audit.html", "made.html"].map(|n| folder.join(n));
    fs::write(&kept, bundle()).unwrap();
    fs::write(&page, format!("<!doctype html>{PLACE}<p>after</p>")).unwrap();
    let output = audit(&kept, &made, Some(&page));
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert!(told(&output).contains("what this verifier makes of the files in it, byte for byte"));
    let html = fs::read_to_string(&made).unwrap();
    let (before, rest) = html.split_once(" data-sha256=\"").unwrap();
    let (digest, rest) = rest.split_once("\">").unwrap();
    let (letters, after) = rest.split_once("</script>").unwrap();
    let begin = "<!doctype html><script type=\"text/plain\" id=\"bundle\"";
    assert_eq!((before, after), (begin, "<p>after</p>"));
    let letters = letters.replace('\n', "");
    assert_eq!(digest, Sha256::of(letters.as_bytes()).to_string());
    let mut bytes = Vec::new();
    DeflateDecoder::new(unlettered(&letters).as_slice()).read_to_end(&mut bytes).unwrap();
    assert_eq!(bytes, fs::read(&kept).unwrap());
    // The file is read as the bundle that is in it, and makes itself again.
    let again = folder.join("again.html");
    assert_eq!(audit(&made, &again, Some(&page)).status.code(), Some(0));
    assert_eq!(fs::read_to_string(&again).unwrap(), html);
    let recorded = |file: &Path| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_s2s"));
        command.arg("verify").arg(file).args(["--as-recorded", "--json"]).output().unwrap()
    };
    assert_eq!(recorded(&made).stdout, recorded(&kept).stdout);
    assert!(!recorded(&made).stdout.is_empty());
}

/// A letter of ASCII is seven bits, from the least one of each byte on. Four letters never stand there:
/// each letter from U+0100 on is one of the four and the seven bits after it, and each from U+00A1 on
/// one of the four at the end.
fn unlettered(text: &str) -> Vec<u8> {
    let absent = |place: u32| u32::from(b"\0\n\r<"[place as usize]);
    let mut bits: Vec<bool> = Vec::new();
    let mut put = |value: u32| bits.extend((0..7).map(|bit| value >> bit & 1 == 1));
    for letter in text.chars().map(u32::from) {
        match letter {
            0x100.. => {
                put(absent((letter - 0x100) / 128));
                put((letter - 0x100) % 128);
            }
            0xa1.. => put(absent(letter - 0xa1)),
            _ => put(letter),
        }
    }
    let byte = |bits: &[bool]| bits.iter().rev().fold(0, |byte, bit| byte << 1 | u8::from(*bit));
    bits.chunks_exact(8).map(byte).collect()
}

#[test]
fn an_audit_file_whose_bundle_was_changed_is_refused_and_named() {
    let folder = folder("changed");
    let [kept, page, made] = ["b.s2s.json", "audit.html", "made.html"].map(|n| folder.join(n));
    fs::write(&kept, bundle()).unwrap();
    fs::write(&page, format!("<!doctype html>{PLACE}")).unwrap();
    assert_eq!(audit(&kept, &made, Some(&page)).status.code(), Some(0));
    let html = fs::read_to_string(&made).unwrap();
    let at = html.find("data-sha256").unwrap() + 500;
    let at = at + html[at..].find(|letter: char| letter.is_ascii_alphabetic()).unwrap();
    fs::write(&made, format!("{}0{}", &html[..at], &html[at + 1..])).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_s2s")).arg("verify").arg(&made).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(told(&output).contains("the bundle in it was changed after it was put there"));
}

#[test]
fn what_is_there_stays_and_a_page_without_one_free_place_is_refused() {
    let folder = folder("refused");
    let [kept, page, made] = ["b.s2s.json", "audit.html", "made.html"].map(|n| folder.join(n));
    fs::write(&kept, bundle()).unwrap();
    fs::write(&page, PLACE).unwrap();
    fs::write(&made, "mine").unwrap();
    let output = audit(&kept, &made, Some(&page));
    assert_eq!(output.status.code(), Some(2));
    assert!(told(&output).contains("is there already, and nothing is overwritten"));
    assert_eq!(fs::read_to_string(&made).unwrap(), "mine");
    #[cfg(unix)]
    {
        let link = folder.join("link.html");
        std::os::unix::fs::symlink(folder.join("nowhere.html"), &link).unwrap();
        assert_eq!(audit(&kept, &link, Some(&page)).status.code(), Some(2));
        assert!(!folder.join("nowhere.html").exists(), "a link is not followed");
    }
    let new = folder.join("new.html");
    for text in ["<p>no place</p>".to_owned(), PLACE.repeat(2)] {
        fs::write(&page, text).unwrap();
        let output = audit(&kept, &new, Some(&page));
        assert_eq!(output.status.code(), Some(2));
        assert!(told(&output).contains("is not an empty audit page"), "{}", told(&output));
    }
    fs::write(&page, PLACE).unwrap();
    fs::write(&kept, bundle().replacen("simulated", "simulates", 1)).unwrap();
    let output = audit(&kept, &new, Some(&page));
    assert_eq!(output.status.code(), Some(2));
    assert!(told(&output).contains("it was changed since"), "{}", told(&output));
    assert!(!new.exists());
}

#[test]
fn whoever_gives_evidence_in_place_of_a_bundle_is_told_how_to_make_one() {
    let folder = folder("evidence");
    let [evidence, page, made] = ["one.json", "audit.html", "made.html"].map(|n| folder.join(n));
    fs::write(&evidence, s2s_sim::demonstration()).unwrap();
    fs::write(&page, PLACE).unwrap();
    let output = audit(&evidence, &made, Some(&page));
    assert_eq!(output.status.code(), Some(2));
    let told = told(&output);
    assert!(told.contains("one.json is not a bundle") && told.contains("--bundle"), "{told}");
    assert!(!made.exists());
}

/// The tests are built without a page.
#[test]
fn a_build_without_a_page_asks_for_one_and_makes_nothing() {
    let folder = folder("without");
    let [kept, made] = ["b.s2s.json", "made.html"].map(|name| folder.join(name));
    fs::write(&kept, bundle()).unwrap();
    let output = audit(&kept, &made, None);
    assert_eq!(output.status.code(), Some(2));
    assert!(told(&output).contains("Name one with --page"), "{}", told(&output));
    assert!(!made.exists());
}
