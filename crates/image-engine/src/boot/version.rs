//! The order of versions, by which systemd-boot sorts entries: the UAPI group's version format specification.

use std::cmp::Ordering;

/// Marks in the order of their age; the end of a version lies between the first two.
const MARKS: [u8; 4] = *b"~-^.";

/// Which of two versions is newer.
pub(super) fn compare(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left.as_bytes(), right.as_bytes());
    loop {
        (left, right) = (skip_meaningless(left), skip_meaningless(right));
        let (of_left, of_right) = (rank(left), rank(right));
        if left.is_empty() && right.is_empty() {
            return Ordering::Equal;
        }
        let is_part = |rank: u8| rank == PART;
        if !is_part(of_left) || !is_part(of_right) {
            match of_left.cmp(&of_right) {
                Ordering::Equal => (left, right) = (&left[1..], &right[1..]),
                decided => return decided,
            }
            continue;
        }
        let is_number = left[0].is_ascii_digit() || right[0].is_ascii_digit();
        let of_part = |byte: &u8| {
            if is_number {
                byte.is_ascii_digit()
            } else {
                byte.is_ascii_alphabetic()
            }
        };
        let split = |text: &'_ [u8]| text.iter().position(|byte| !of_part(byte)).unwrap_or(text.len());
        let ((part, rest), (other, other_rest)) = (left.split_at(split(left)), right.split_at(split(right)));
        let decided = if is_number {
            // Letters, which are no number at all, are older than any.
            let by_presence = (!part.is_empty()).cmp(&!other.is_empty());
            let (number, other) = (without_zeros(part), without_zeros(other));
            by_presence.then(number.len().cmp(&other.len())).then(number.cmp(other))
        } else {
            part.cmp(other)
        };
        if decided != Ordering::Equal {
            return decided;
        }
        (left, right) = (rest, other_rest);
    }
}

/// The rank of a part of letters or digits; marks and the end come before it.
const PART: u8 = 5;

fn rank(text: &[u8]) -> u8 {
    let Some(first) = text.first() else { return 1 };
    match MARKS.iter().position(|mark| mark == first) {
        Some(0) => 0,
        Some(position) => u8::try_from(position + 1).unwrap_or(PART),
        None => PART,
    }
}

fn skip_meaningless(text: &[u8]) -> &[u8] {
    let has_meaning = |byte: &u8| byte.is_ascii_alphanumeric() || MARKS.contains(byte);
    let start = text.iter().position(has_meaning).unwrap_or(text.len());
    &text[start..]
}

fn without_zeros(number: &[u8]) -> &[u8] {
    let start = number.iter().position(|digit| *digit != b'0').unwrap_or(number.len());
    &number[start..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_their_numbers() {
        for (older, newer) in [
            ("6.1.0-9-amd64", "6.1.0-56-amd64"),
            ("6.1.0-56-amd64", "6.12.48+deb13-amd64"),
            ("6.8~rc1", "6.8"),
            ("6.8", "6.8-1"),
            ("6.8-1", "6.8.1"),
            ("6.08", "6.9"),
            ("6.1-amd64", "6.1-cloud-amd64"),
            ("6.a", "6.1"),
        ] {
            assert_eq!(compare(older, newer), Ordering::Less, "{older} {newer}");
            assert_eq!(compare(newer, older), Ordering::Greater, "{older} {newer}");
            assert_eq!(compare(older, older), Ordering::Equal);
        }
    }
}
