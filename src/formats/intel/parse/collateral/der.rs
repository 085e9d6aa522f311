//! The few DER types of Intel's PCK extension (X.690, lengths in the shortest form).

/// Tags of the types in use.
pub(super) const INTEGER: u8 = 0x02;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(super) const BOOLEAN: u8 = 0x01;
pub(super) const ENUMERATED: u8 = 0x0a;
pub(super) const SEQUENCE: u8 = 0x30;

/// One element: its tag and its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Element<'a> {
    pub(super) tag: u8,
    pub(super) content: &'a [u8],
}

impl<'a> Element<'a> {
    /// The content, when the tag is `tag`.
    pub(super) fn content_of(self, tag: u8) -> Option<&'a [u8]> {
        (self.tag == tag).then_some(self.content)
    }
}

/// The only element of `der`.
pub(super) fn only(der: &[u8]) -> Option<Element<'_>> {
    let (element, rest) = first(der)?;
    rest.is_empty().then_some(element)
}

/// Every element of `der`, one after another; at most `max`.
pub(super) fn all(mut der: &[u8], max: usize) -> Option<Vec<Element<'_>>> {
    let mut elements = Vec::new();
    while !der.is_empty() {
        if elements.len() == max {
            return None;
        }
        let (element, rest) = first(der)?;
        elements.push(element);
        der = rest;
    }
    Some(elements)
}

/// The first element and what follows it. Tags of one byte, lengths of up to two.
fn first(der: &[u8]) -> Option<(Element<'_>, &[u8])> {
    let (&[tag, short], rest) = der.split_first_chunk::<2>()?;
    let (len, rest) = match short {
        0..=0x7f => (usize::from(short), rest),
        0x81 => {
            let (&len, rest) = rest.split_first()?;
            (len >= 0x80).then_some((usize::from(len), rest))?
        }
        0x82 => {
            let (&len, rest) = rest.split_first_chunk::<2>()?;
            let len = usize::from(u16::from_be_bytes(len));
            (len >= 0x100).then_some((len, rest))?
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(len)?;
    Some((Element { tag, content }, rest))
}

/// A non-negative INTEGER or ENUMERATED of at most two bytes, in its shortest form.
pub(super) fn small(content: &[u8]) -> Option<u16> {
    match *content {
        [value] if value < 0x80 => Some(u16::from(value)),
        [0, value] if value >= 0x80 => Some(u16::from(value)),
        [high, low] if high != 0 && high < 0x80 => Some(u16::from_be_bytes([high, low])),
        [0, high, low] if high >= 0x80 => Some(u16::from_be_bytes([high, low])),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_read_in_their_shortest_form_only() {
        assert_eq!(small(&[0x7f]), Some(0x7f));
        assert_eq!(small(&[0, 0xff]), Some(0xff));
        assert_eq!(small(&[1, 0]), Some(256));
        assert_eq!(small(&[0, 0xff, 0xff]), Some(0xffff));
        for wrong in [&[][..], &[0x80], &[0, 0x7f], &[0xff, 0xff], &[0, 0x7f, 0xff], &[1, 0, 0]] {
            assert_eq!(small(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn lengths_are_in_their_shortest_form_and_inside() {
        assert_eq!(only(&[4, 1, 7]), Some(Element { tag: 4, content: &[7] }));
        let long = [&[0x30, 0x81, 0x80][..], &[0; 0x80]].concat();
        assert_eq!(only(&long).unwrap().content.len(), 0x80);
        for wrong in [&[4][..], &[4, 2, 0], &[4, 0x81, 1, 0], &[4, 0x80], &[4, 1, 7, 0]] {
            assert_eq!(only(wrong), None, "{wrong:?}");
        }
    }
}
