//! Archives: the same files give the same bytes, whenever and wherever they are packed.

use std::io::Write;
use std::path::Path;

use flate2::{Compression, GzBuilder};
use tar::{Builder, EntryType, Header};

use crate::build::{files, read};
use crate::failure::Failure;
use crate::listing;

/// The moment of every file in an archive, in seconds since 1970: the one that npm gives its own.
const MOMENT: u64 = 499_162_500;

/// The files of `folder` below `prefix`, sorted, as a gzipped tar archive.
pub(crate) fn archive(folder: &Path, prefix: &str) -> Result<Vec<u8>, Failure> {
    let failed = |error: std::io::Error| Failure::at(folder, error);
    // A name or a moment of the machine would stand in the head of the gzip file.
    let gzip = GzBuilder::new().mtime(0).operating_system(255);
    let mut tar = Builder::new(gzip.write(Vec::new(), Compression::best()));
    for path in files(folder)? {
        let bytes = read(&path)?;
        let name = format!("{prefix}/{}", listing::name(folder, &path));
        entry(&mut tar, &name, &bytes).map_err(failed)?;
    }
    tar.into_inner().and_then(|gzip| gzip.finish()).map_err(failed)
}

fn entry(tar: &mut Builder<impl Write>, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    let mut header = Header::new_gnu();
    header.set_entry_type(EntryType::Regular);
    header.set_size(u64::try_from(bytes.len()).map_err(std::io::Error::other)?);
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(MOMENT);
    tar.append_data(&mut header, name, bytes)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::archive;

    #[test]
    fn the_same_files_are_archived_to_the_same_bytes_in_the_order_of_their_names() {
        let target = crate::tools::target_folder(&crate::root()).join("tmp/archived-twice");
        let mut made = Vec::new();
        for order in [["b/c", "a"], ["a", "b/c"]] {
            let _ = fs::remove_dir_all(&target);
            fs::create_dir_all(target.join("b")).unwrap();
            for name in order {
                fs::write(target.join(name), name).unwrap();
            }
            made.push(archive(&target, "package").unwrap());
        }
        assert_eq!(made[0], made[1]);
        let mut tar = tar::Archive::new(flate2::read::GzDecoder::new(&made[0][..]));
        let names: Vec<String> = tar
            .entries()
            .unwrap()
            .map(|entry| entry.unwrap().path().unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(names, ["package/a", "package/b/c"]);
        // The head of a gzip file (RFC 1952): no moment, no name, no system.
        assert_eq!(made[0][3..8], [0, 0, 0, 0, 0]);
        assert_eq!(made[0][9], 255);
    }
}
