//! Just enough DER to walk a structure without changing a byte of it.

/// Tag of `SEQUENCE`.
pub(crate) const SEQUENCE: u8 = 0x30;

/// One element: tag, content, and all its bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<'a> {
    /// The identifier octet; only single-octet tags are read.
    pub(crate) tag: u8,
    /// The content octets.
    pub(crate) content: &'a [u8],
    /// Tag, length and content.
    pub(crate) whole: &'a [u8],
}

impl<'a> Element<'a> {
    /// The elements that the content consists of.
    pub(crate) fn elements(&self) -> Option<Vec<Element<'a>>> {
        let mut rest = self.content;
        let mut elements = Vec::new();
        while !rest.is_empty() {
            let (element, after) = first(rest)?;
            elements.push(element);
            rest = after;
        }
        Some(elements)
    }
}

/// The element that `bytes` consists of.
pub(crate) fn only(bytes: &[u8]) -> Option<Element<'_>> {
    first(bytes).filter(|(_, rest)| rest.is_empty()).map(|(element, _)| element)
}

/// The first element of `bytes`, and the bytes after it. Lengths are definite and minimal.
pub(crate) fn first(bytes: &[u8]) -> Option<(Element<'_>, &[u8])> {
    let (&[tag, short], after) = bytes.split_first_chunk::<2>()?;
    if tag & 0x1f == 0x1f {
        return None;
    }
    let (len, after) = match short {
        0..=0x7f => (usize::from(short), after),
        0x81 => {
            let (&[len], after) = after.split_first_chunk::<1>()?;
            (usize::from(len), after)
        }
        0x82 => {
            let (&len, after) = after.split_first_chunk::<2>()?;
            (usize::from(u16::from_be_bytes(len)), after)
        }
        _ => return None,
    };
    let minimal = match short {
        0..=0x7f => true,
        0x81 => len > 0x7f,
        _ => len > 0xff,
    };
    let (content, rest) = after.split_at_checked(len).filter(|_| minimal)?;
    let whole = bytes.get(..bytes.len().checked_sub(rest.len())?)?;
    Some((Element { tag, content, whole }, rest))
}

/// An element of `tag` around `content`, up to 65535 bytes.
pub(crate) fn wrap(tag: u8, content: &[u8]) -> Option<Vec<u8>> {
    let [high, low] = u16::try_from(content.len()).ok()?.to_be_bytes();
    let mut element = match (high, low) {
        (0, 0..=0x7f) => vec![tag, low],
        (0, _) => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    };
    element.extend_from_slice(content);
    Some(element)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_form_is_read_back() {
        for len in [0, 1, 127, 128, 255, 256, 65535] {
            let content = vec![7; len];
            let bytes = wrap(0x04, &content).unwrap();
            let element = only(&bytes).unwrap();
            assert_eq!((element.tag, element.content), (0x04, content.as_slice()));
            assert_eq!(element.whole, bytes);
        }
        assert!(wrap(0x04, &vec![0; 65536]).is_none());
    }

    #[test]
    fn lengths_that_are_not_der_are_refused() {
        for bytes in
            [&[0x04][..], &[4, 0x80, 0, 0], &[4, 0x81, 1, 0], &[4, 0x82, 0, 1, 0], &[4, 2, 0]]
        {
            assert!(first(bytes).is_none(), "{bytes:?}");
        }
        assert!(only(&[4, 0, 0]).is_none(), "a byte follows");
    }
}
