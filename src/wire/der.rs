//! Just enough DER (X.690) to walk a structure without changing a byte of it.

/// Tag of BOOLEAN.
pub(crate) const BOOLEAN: u8 = 0x01;
/// Tag of INTEGER.
pub(crate) const INTEGER: u8 = 0x02;
/// Tag of BIT STRING.
pub(crate) const BIT_STRING: u8 = 0x03;
/// Tag of OCTET STRING.
pub(crate) const OCTET_STRING: u8 = 0x04;
/// Tag of OBJECT IDENTIFIER.
pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
/// Tag of ENUMERATED.
pub(crate) const ENUMERATED: u8 = 0x0a;
/// Tag of UTF8String.
pub(crate) const UTF8_STRING: u8 = 0x0c;
/// Tag of SEQUENCE.
pub(crate) const SEQUENCE: u8 = 0x30;

/// One element: tag, content, and all its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Element<'a> {
    /// The identifier octet; only single-octet tags are read.
    pub(crate) tag: u8,
    /// The content octets.
    pub(crate) content: &'a [u8],
    /// Tag, length and content.
    pub(crate) whole: &'a [u8],
}

impl<'a> Element<'a> {
    /// The content, when the tag is `tag`.
    pub(crate) fn content_of(self, tag: u8) -> Option<&'a [u8]> {
        (self.tag == tag).then_some(self.content)
    }

    /// The elements that the content consists of.
    pub(crate) fn elements(&self) -> Option<Vec<Element<'a>>> {
        all(self.content)
    }
}

/// The element that `bytes` consists of.
pub(crate) fn only(bytes: &[u8]) -> Option<Element<'_>> {
    first(bytes).filter(|(_, rest)| rest.is_empty()).map(|(element, _)| element)
}

/// Every element of `bytes`, one after another.
pub(crate) fn all(mut bytes: &[u8]) -> Option<Vec<Element<'_>>> {
    let mut elements = Vec::new();
    while !bytes.is_empty() {
        let (element, rest) = first(bytes)?;
        elements.push(element);
        bytes = rest;
    }
    Some(elements)
}

/// The first element of `bytes`, and the bytes after it. Lengths are definite and in their
/// shortest form, of four octets at most.
pub(crate) fn first(bytes: &[u8]) -> Option<(Element<'_>, &[u8])> {
    let (&[tag, short], after) = bytes.split_first_chunk::<2>()?;
    if tag & 0x1f == 0x1f {
        return None;
    }
    let (len, after) = match short {
        0..=0x7f => (usize::from(short), after),
        0x81..=0x84 => {
            let (len, after) = after.split_at_checked(usize::from(short & 0x7f))?;
            let is_shortest = match len {
                [only] => *only > 0x7f,
                [first, ..] => *first != 0,
                [] => false,
            };
            let len = len.iter().fold(0_u32, |len, octet| len << 8 | u32::from(*octet));
            is_shortest.then_some((usize::try_from(len).ok()?, after))?
        }
        _ => return None,
    };
    let (content, rest) = after.split_at_checked(len)?;
    let whole = bytes.get(..bytes.len().checked_sub(rest.len())?)?;
    Some((Element { tag, content, whole }, rest))
}

/// A non-negative INTEGER or ENUMERATED of at most two bytes, in its shortest form.
pub(crate) fn small(content: &[u8]) -> Option<u16> {
    match *content {
        [value] if value < 0x80 => Some(u16::from(value)),
        [0, value] if value >= 0x80 => Some(u16::from(value)),
        [high, low] if high != 0 && high < 0x80 => Some(u16::from_be_bytes([high, low])),
        [0, high, low] if high >= 0x80 => Some(u16::from_be_bytes([high, low])),
        _ => None,
    }
}

/// An element of `tag` around `content`.
pub(crate) fn encode(tag: u8, content: &[u8]) -> Option<Vec<u8>> {
    let len = u32::try_from(content.len()).ok()?.to_be_bytes();
    let zeros = len.iter().take_while(|&&byte| byte == 0).count();
    let len = len.get(zeros..)?;
    let header = match len {
        [] => vec![tag, 0],
        [short @ 0..0x80] => vec![tag, *short],
        long => [&[tag, 0x80 | u8::try_from(long.len()).ok()?], long].concat(),
    };
    Some([&*header, content].concat())
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
    fn every_length_form_is_read_back() {
        for (len, header) in [(0, 2), (127, 2), (128, 3), (255, 3), (256, 4), (65535, 4)] {
            let content = vec![7; len];
            let bytes = encode(OCTET_STRING, &content).unwrap();
            assert_eq!(bytes.len(), len + header);
            let element = only(&bytes).unwrap();
            assert_eq!((element.tag, element.content), (0x04, content.as_slice()));
            assert_eq!(element.whole, bytes);
        }
        let long = encode(OCTET_STRING, &vec![7; 65536]).unwrap();
        assert_eq!(long[..5], [4, 0x83, 1, 0, 0]);
        assert_eq!(only(&long).unwrap().content.len(), 65536);
    }

    #[test]
    fn lengths_that_are_not_der_are_refused() {
        for bytes in [
            &[0x04][..],
            &[4, 0x80, 0, 0],
            &[4, 0x81, 1, 0],
            &[4, 0x82, 0, 1, 0],
            &[4, 0x85, 0, 0, 0, 0, 1, 0],
            &[4, 0x84, 0xff, 0xff, 0xff, 0xff],
            &[4, 2, 0],
            &[0x1f, 1, 0],
        ] {
            assert!(first(bytes).is_none(), "{bytes:?}");
        }
        assert!(only(&[4, 0, 0]).is_none(), "a byte follows");
    }
}
