//! Files that this program makes: always new ones.
//!
//! What is there already stays, whatever it is: a file, a folder, or a link to one of them.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use super::problem::Problem;

/// Whether a new file can be called `path`, before anybody waits for what goes into it: nothing
/// has that name, not even a link, and its folder is there.
pub(super) fn is_free(path: &Path) -> Result<(), Problem> {
    if fs::symlink_metadata(path).is_ok() {
        return Err(exists(path));
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    match fs::metadata(folder) {
        Ok(data) if data.is_dir() => Ok(()),
        Ok(_) => Err(refused(path, &io::ErrorKind::NotADirectory.into())),
        Err(error) => Err(refused(path, &error)),
    }
}

/// Makes the file `path` with these bytes. A link of that name is not followed. When the bytes
/// cannot be written whole, no part of them stays.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    // `create_new` is O_CREAT and O_EXCL: the system refuses a name that exists, links included.
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .map_err(|error| refused(path, &error))?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    written.map_err(|error| {
        let _ = fs::remove_file(path);
        refused(path, &error)
    })
}

fn exists(path: &Path) -> Problem {
    Problem::new("error.exists", &[("file", &path.display().to_string())])
}

fn refused(path: &Path, error: &io::Error) -> Problem {
    match error.kind() {
        io::ErrorKind::AlreadyExists => exists(path),
        _ => Problem::io("error.write", &path.display().to_string(), error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> std::path::PathBuf {
        let folder = std::env::temp_dir().join(format!("s2s-new-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).unwrap();
        folder
    }

    #[test]
    fn a_name_that_is_taken_is_refused_whatever_has_it() {
        let folder = folder("taken");
        let (file, link, dangling) =
            (folder.join("file"), folder.join("link"), folder.join("dangling"));
        fs::write(&file, "mine").unwrap();
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(&file, &link).unwrap();
            std::os::unix::fs::symlink(folder.join("nothing"), &dangling).unwrap();
        }
        for path in [&folder, &file, &link, &dangling] {
            if cfg!(unix) || path == &folder || path == &file {
                assert!(is_free(path).is_err(), "{}", path.display());
                assert!(write(path, b"other").is_err(), "{}", path.display());
            }
        }
        assert_eq!(fs::read(&file).unwrap(), b"mine");
        assert!(!folder.join("nothing").exists(), "the link was followed");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_folder_that_is_not_there_is_told_before_anything_is_made() {
        let folder = folder("absent");
        let inside = folder.join("no-such-folder").join("file");
        assert!(is_free(&inside).unwrap_err().sentence.contains("cannot be written"));
        let file = folder.join("file");
        assert_eq!(is_free(&file), Ok(()));
        assert_eq!(write(&file, b"bytes"), Ok(()));
        assert!(is_free(&file.join("below")).is_err(), "below a file");
        assert_eq!(fs::read(&file).unwrap(), b"bytes");
        fs::remove_dir_all(folder).unwrap();
    }
}
