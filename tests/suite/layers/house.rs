//! The order of the house: kernel, zones, rooms, and the roles of a room's files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path as FilePath, PathBuf};

use super::paths::{Path, module, paths};
use super::tokens::tokens;

/// The kernel, from the bottom up. It knows no format.
pub(super) const KERNEL: &[&str] = &[
    "span",
    "gather",
    "sorted",
    "hex",
    "text",
    "error",
    "bytes",
    "digest",
    "time",
    "json",
    "locales",
    "file",
    "finding",
    "claims",
    "wire",
    "context",
    "crypto",
    "pki",
    "requirements",
    "report",
    "piece",
];

/// The zones above the kernel, from the bottom up. Their rooms stand in order in their `mod.rs`.
pub(super) const ZONES: &[&str] = &["builds", "formats", "services"];

/// What a file of a room does, in the order in which later files may use earlier ones.
pub(super) const ROLES: &[&str] =
    &["checks", "parse", "verify", "policy", "appraise", "wanted", "examine"];

/// Files of rooms that are not called by their role.
pub(super) const FURNITURE: &[(&str, &str, &str)] = &[
    ("builds/git/source", "examine", "puts objects and answers together beside other evidence"),
    ("builds/image/artifact", "examine", "chooses what a build has to be about, among the files"),
    ("builds/image/builds", "examine", "puts the statements about one image together"),
    ("builds/image/follow", "examine", "goes from a running digest to the builds"),
    ("builds/image/reference", "parse", "what a configuration calls an image"),
    ("builds/sigstore/conformance", "verify", "asks what the conformance suite asks, no policy"),
    (
        "builds/sigstore/renew",
        "examine",
        "puts the keys' renewal together, and says what is wanted",
    ),
    ("formats/intel/files", "verify", "chooses the collateral that is about one quote"),
    ("formats/launch/measured", "parse", "what was measured, by whichever hardware"),
    ("formats/snp/files", "verify", "chooses the certificates that are about one report"),
    ("formats/snp/minimum", "policy", "the project's own lowest versions, to hold reports against"),
];

/// Arrows that keep the order and are refused all the same: a role, and what it may not name.
/// What reads believes nothing, and only `verify` asks whether a signature holds.
pub(super) const REFUSED: &[(&str, &[&str])] = &[
    ("checks", &["crypto", "pki", "report", "requirements"]),
    ("parse", &["crypto", "requirements"]),
    ("verify", &["requirements"]),
    ("policy", &["crypto"]),
    ("appraise", &["crypto"]),
    ("wanted", &["crypto"]),
    ("examine", &["crypto"]),
    ("engine", &["crypto"]),
    ("claims", &["crypto", "pki", "requirements"]),
    ("report", &["crypto"]),
];

/// The house as it stands: its rooms, and which files each has.
pub(super) struct House {
    /// Rooms by zone, each with its place and its files.
    rooms: BTreeMap<String, (usize, Vec<String>)>,
}

/// Where something stands. The order of the fields is the order of the house.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    zone: usize,
    room: usize,
    /// Below every role is what the room itself says.
    role: usize,
}

const ENGINE: usize = 9;

impl House {
    /// The house that lies under `src`.
    pub(super) fn of(src: &FilePath) -> Self {
        let mut rooms = BTreeMap::new();
        for zone in ZONES {
            let text = fs::read_to_string(src.join(zone).join("mod.rs")).unwrap();
            let tokens = tokens(&text);
            let named = tokens.windows(2).filter(|pair| pair[0] == "mod").map(|pair| &pair[1]);
            for (place, room) in named.enumerate() {
                let name = format!("{zone}/{room}");
                let entries = fs::read_dir(src.join(&name)).unwrap();
                let stem = |path: PathBuf| path.file_stem().unwrap().to_string_lossy().into_owned();
                let files = entries.map(|entry| stem(entry.unwrap().path()));
                rooms.insert(name, (place, files.filter(|file| file != "mod").collect()));
            }
        }
        assert!(rooms.len() > 15, "the rooms were found");
        Self { rooms }
    }

    /// The files of rooms, as `zone/room/file`.
    pub(super) fn files(&self) -> impl Iterator<Item = String> {
        let files = |(room, (_, files)): (&String, &(usize, Vec<String>))| {
            files.iter().map(|file| format!("{room}/{file}")).collect::<Vec<_>>()
        };
        self.rooms.iter().flat_map(files)
    }

    /// What is wrong with the arrows of one file, as sentences.
    pub(super) fn complaints(&self, file: &str, text: &str) -> Vec<String> {
        let own = match self.own_place(&module(file)) {
            Ok(place) => place,
            Err(why) => return vec![format!("src/{file}: {why}")],
        };
        let (from, refused) = (self.unit(&module(file)), self.refused(&own, file));
        let mut complaints = Vec::new();
        for path in paths(file, &tokens(text)) {
            let to = path.join("::");
            let place = match self.place(&path) {
                Ok(place) => place,
                Err(why) => {
                    complaints.push(format!("src/{file} names {to}: {why}"));
                    continue;
                }
            };
            if self.unit(&path) == from {
                continue;
            }
            if refused.contains(&path.first().map_or("", String::as_str)) {
                complaints.push(format!("src/{file} names {to}: its role may not"));
            } else if (place.zone, place.room) > (own.zone, own.room) {
                complaints.push(format!("src/{file} names {to}: that stands above"));
            } else if place.zone > 0 && own.zone < ENGINE && place.role > own.role {
                complaints.push(format!("src/{file} names {to}: that role comes later"));
            }
        }
        complaints
    }

    /// The files of one room and one role that one file of the room names, as `zone/room/file`.
    pub(super) fn beside(&self, file: &str, text: &str) -> Vec<String> {
        let own = self.unit(&module(file));
        let named = paths(file, &tokens(text)).into_iter().map(|path| self.unit(&path));
        named.filter(|unit| *unit != own && unit.contains('/')).collect()
    }

    /// What the file `file`, which stands at `own`, may not name.
    fn refused(&self, own: &Place, file: &str) -> &'static [&'static str] {
        let name = match own.zone {
            0 => file.split(['/', '.']).next().unwrap_or_default(),
            ENGINE => "engine",
            _ => own.role.checked_sub(1).map_or("", |role| ROLES[role]),
        };
        REFUSED.iter().find(|(of, _)| *of == name).map_or(&[], |(_, refused)| refused)
    }

    /// What is one piece: a module of the kernel, a file or folder of a room, the engine.
    pub(super) fn unit(&self, path: &[String]) -> String {
        let is_room = path.first().is_some_and(|zone| ZONES.contains(&zone.as_str()));
        let depth = match path {
            [zone, room, file, ..] if is_room && self.has(zone, room, file) => 3,
            _ if is_room => 2,
            _ => 1,
        };
        path.iter().take(depth).cloned().collect::<Vec<_>>().join("/")
    }

    fn has(&self, zone: &str, room: &str, file: &str) -> bool {
        let room = self.rooms.get(&format!("{zone}/{room}"));
        room.is_some_and(|(_, files)| files.iter().any(|own| own == file))
    }

    /// The place of a module, which has a role also where the list of files does not know it.
    fn own_place(&self, module: &Path) -> Result<Place, String> {
        let place = self.place(module)?;
        match module.as_slice() {
            [zone, room, file, ..] if (1..ENGINE).contains(&place.zone) => {
                Ok(Place { role: role(&format!("{zone}/{room}/{file}"))?, ..place })
            }
            _ => Ok(place),
        }
    }

    fn place(&self, path: &Path) -> Result<Place, String> {
        let names: Vec<&str> = path.iter().map(String::as_str).collect();
        match names.as_slice() {
            [first, ..] if *first == "engine" => Ok(Place { zone: ENGINE, room: 0, role: 0 }),
            [first, ..] if KERNEL.contains(first) => {
                let room = KERNEL.iter().position(|module| module == first).unwrap_or_default();
                Ok(Place { zone: 0, room, role: 0 })
            }
            [first, rest @ ..] => {
                let Some(zone) = ZONES.iter().position(|zone| zone == first) else {
                    return Err(format!("`{first}` has no place in the house"));
                };
                let zone = zone + 1;
                let [room, rest @ ..] = rest else {
                    return Ok(Place { zone, room: 0, role: 0 });
                };
                let Some((room_place, _)) = self.rooms.get(&format!("{first}/{room}")) else {
                    return Err(format!("`{room}` is no room of {first}"));
                };
                let role = match rest {
                    [file, ..] if self.has(first, room, file) => {
                        role(&format!("{first}/{room}/{file}"))?
                    }
                    _ => 0,
                };
                Ok(Place { zone, room: *room_place, role })
            }
            [] => Err("the root of the crate is for its users".to_owned()),
        }
    }
}

/// The place of a file's role, counted from 1.
fn role(file: &str) -> Result<usize, String> {
    let own = file.rsplit('/').next().unwrap_or_default();
    let told = FURNITURE.iter().find(|(name, ..)| *name == file);
    let role = told.map_or(own, |(_, role, _)| role);
    let place = ROLES.iter().position(|known| *known == role);
    place.map(|place| place + 1).ok_or_else(|| format!("nothing says which role `{own}` has"))
}
