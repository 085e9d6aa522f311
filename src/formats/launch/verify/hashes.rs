//! The page with the hashes of kernel, initial disk and command line (QEMU, `target/i386/sev.c`,
//! `SevHashTable`; OVMF, `OvmfPkg/AmdSev/BlobVerifierLibSevHashes`).

use crate::digest::Sha256;
use crate::error::Error;
use crate::formats::launch::parse::Firmware;
use crate::span::Span;

/// What the firmware loads and compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KernelHashes {
    /// SHA-256 of the kernel file.
    pub kernel: Sha256,
    /// SHA-256 of the initial disk; without one, of nothing.
    pub initrd: Sha256,
    /// SHA-256 of the command line with the zero byte that ends it.
    pub command_line: Sha256,
}

/// GUIDs as their bytes stand in the page: first three groups little-endian.
const TABLE: [u8; 16] = [
    0x06, 0xd6, 0x38, 0x94, 0x22, 0x4f, 0xc9, 0x4c, 0xb4, 0x79, 0xa7, 0x93, 0xd4, 0x11, 0xfd, 0x21,
];
const COMMAND_LINE: [u8; 16] = [
    0xd8, 0x2d, 0xd0, 0x97, 0x20, 0xbd, 0x94, 0x4c, 0xaa, 0x78, 0xe7, 0x71, 0x4d, 0x36, 0xab, 0x2a,
];
const INITRD: [u8; 16] = [
    0x31, 0xf7, 0xba, 0x44, 0x2f, 0x3a, 0xd7, 0x4b, 0x9a, 0xf1, 0x41, 0xe2, 0x91, 0x69, 0x78, 0x1d,
];
const KERNEL: [u8; 16] = [
    0x37, 0x94, 0xe7, 0x4d, 0xd2, 0xab, 0x7f, 0x42, 0xb8, 0x35, 0xd5, 0xb1, 0x72, 0xd2, 0x04, 0x5b,
];

impl KernelHashes {
    /// The hash of a command line, which ends in a zero byte.
    pub(crate) fn of_command_line(text: &str) -> Sha256 {
        Sha256::of_parts(&[text.as_bytes(), &[0]])
    }

    /// The page in which the table stands at guest address `table`.
    pub(super) fn page(&self, table: u32) -> Result<[u8; Firmware::PAGE], Error> {
        const LEN: u16 = 168;
        const ENTRY: u16 = 50;
        let mut content = [&TABLE[..], &LEN.to_le_bytes()].concat();
        let entries =
            [(COMMAND_LINE, self.command_line), (INITRD, self.initrd), (KERNEL, self.kernel)];
        for (guid, hash) in entries {
            content.extend(guid);
            content.extend(ENTRY.to_le_bytes());
            content.extend(hash.0);
        }
        let mut page = [0; Firmware::PAGE];
        let start = usize::try_from(table & 0xfff).unwrap_or_default();
        let end = start.saturating_add(content.len());
        let place = page.get_mut(start..end).ok_or_else(|| {
            let why = "it does not fit into its page";
            Error::malformed("table of kernel hashes", Span::new(start, content.len()), why)
        })?;
        place.copy_from_slice(&content);
        Ok(page)
    }
}
