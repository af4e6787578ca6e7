//! As much of DER (X.690) as archives and keys are written in: definite lengths, tags of one byte.

use super::Fault;

pub(super) const INTEGER: u8 = 0x02;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const IMPLICIT_0: u8 = 0x80;
pub(super) const CONSTRUCTED_0: u8 = 0xa0;

/// Nobody writes more; a forged archive must not keep us busy for hours.
const MOST_ITERATIONS: u32 = 10_000_000;

/// What is still to be read of a value.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the next element has this tag.
    pub(super) fn is_next(&self, tag: u8) -> bool {
        self.0.first() == Some(&tag)
    }

    /// The next element, which has to have this tag, to be read further.
    pub(super) fn take(&mut self, tag: u8) -> Result<Reader<'a>, Fault> {
        self.bytes(tag).map(Reader)
    }

    /// The contents of the next element, which has to have this tag.
    pub(super) fn bytes(&mut self, tag: u8) -> Result<&'a [u8], Fault> {
        self.element(tag).ok_or(Fault::Format)
    }

    /// The next element as the number of rounds of a derivation.
    pub(super) fn iterations(&mut self) -> Result<u32, Fault> {
        let bytes = self.bytes(INTEGER)?;
        let number = bytes.iter().try_fold(0_u32, |number, byte| {
            number.checked_mul(256)?.checked_add(u32::from(*byte))
        });
        number
            .filter(|number| (1..=MOST_ITERATIONS).contains(number))
            .ok_or(Fault::Format)
    }

    fn element(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (found, rest) = self.0.split_first()?;
        let (first, rest) = rest.split_first()?;
        let (length, rest) = match first {
            ..=0x7f => (usize::from(*first), rest),
            // 0x80 alone begins an element without a length, which is not DER.
            0x81..=0x84 => {
                let (length, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
                (length.iter().fold(0, |sum, byte| sum * 256 + usize::from(*byte)), rest)
            }
            _ => return None,
        };
        let (contents, rest) = rest.split_at_checked(length)?;
        if *found != tag {
            return None;
        }
        self.0 = rest;
        Some(contents)
    }
}
