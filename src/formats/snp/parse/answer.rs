//! A report as the guest's device or its host hands it out, with what they put around it.

use super::{CertificateTable, Report};

/// A report with the certificate table that its host put behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer<'a> {
    /// The report.
    pub report: &'a [u8],
    /// The table (AMD 56421, "SNP Extended Guest Request"), empty when there is none. The host
    /// writes it.
    pub table: &'a [u8],
}

impl<'a> Answer<'a> {
    /// Length of MSG_REPORT_RSP (AMD 56860) before the report: status, size, 24 reserved bytes.
    const HEADER: usize = 32;

    /// A report by itself, in the firmware's answer (MSG_REPORT_RSP) with nothing but zeros behind
    /// it, or with a certificate table behind it.
    pub fn of(bytes: &'a [u8]) -> Option<Self> {
        let alone = |report, table| is_plausible(report).then_some(Self { report, table });
        if bytes.len() == Report::LEN {
            return alone(bytes, &[]);
        }
        let (report, table) = bytes.split_at_checked(Report::LEN)?;
        if CertificateTable::is_likely(table) {
            return alone(report, table);
        }
        let (header, rest) = bytes.split_at_checked(Self::HEADER)?;
        let (report, end) = rest.split_at_checked(Report::LEN)?;
        let size = u32::try_from(Report::LEN).ok()?.to_le_bytes();
        let is_header = header.starts_with(&[0, 0, 0, 0])
            && header.get(4..8) == Some(&size)
            && is_zero(header.get(8..)?);
        if is_header && is_zero(end) { alone(report, &[]) } else { None }
    }
}

/// A version number that is at least plausible; the parser decides.
fn is_plausible(report: &[u8]) -> bool {
    matches!(report, [_, 0, 0, 0, ..])
}

fn is_zero(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Vec<u8> {
        [&[3, 0, 0, 0][..], &[7; Report::LEN - 4]].concat()
    }

    fn header() -> Vec<u8> {
        [&[0; 4][..], &1184_u32.to_le_bytes(), &[0; 24]].concat()
    }

    #[test]
    fn a_report_is_found_by_itself_and_in_the_answer_of_the_guests_device() {
        let report = report();
        for bytes in [
            report.clone(),
            [header(), report.clone()].concat(),
            [header(), report.clone(), vec![0; 2784]].concat(),
        ] {
            let answer = Answer { report: &report, table: &[] };
            assert_eq!(Answer::of(&bytes), Some(answer), "{} bytes", bytes.len());
        }
    }

    #[test]
    fn an_answer_with_another_status_size_or_end_is_none() {
        let report = report();
        let whole = [header(), report.clone(), vec![0; 8]].concat();
        for at in [0, 4, 8, 31, 32 + Report::LEN, 35] {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            assert_eq!(Answer::of(&bytes), None, "byte {at}");
        }
        assert_eq!(Answer::of(&[report, vec![0]].concat()), None);
        assert_eq!(Answer::of(&[]), None);
    }
}
