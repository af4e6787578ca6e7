//! Telling that a program waits for ever because the disk is full: apt does, once its unpacking helper could not write. That
//! helper may have given back what it had written, so that a little room says the same when nothing else happens either.

use std::time::{Duration, Instant};

use crate::host::Room;

/// Watches one program.
pub(crate) struct Stall<'a> {
    room: &'a dyn Fn() -> Room,
    quiet_since: Instant,
    /// What was seen at the last look, and how many looks in a row have seen it.
    seen: Option<(Room, u32)>,
}

impl<'a> Stall<'a> {
    /// How long a program may be silent before the disk is looked at.
    const PATIENCE: Duration = Duration::from_secs(20);
    /// As many looks in a row have to find the same little room: a program that works changes it, or is heard.
    const LOOKS: u32 = 3;

    pub(crate) fn new(room: &'a dyn Fn() -> Room) -> Self {
        Self {
            room,
            quiet_since: Instant::now(),
            seen: None,
        }
    }

    /// The program has printed something: it goes on.
    pub(crate) fn hear(&mut self) {
        self.quiet_since = Instant::now();
        self.seen = None;
    }

    /// Whether nothing can be hoped for any more. The disk is asked once in a while of silence.
    pub(crate) fn is_hopeless(&mut self) -> bool {
        if self.quiet_since.elapsed() < Self::PATIENCE {
            return false;
        }
        self.quiet_since = Instant::now();
        self.look((self.room)())
    }

    fn look(&mut self, room: Room) -> bool {
        let looks = match self.seen {
            Some((seen, looks)) if seen == room => looks + 1,
            _ => 1,
        };
        self.seen = Some((room, looks));
        match room {
            Room::Full => true,
            Room::Scarce(_) => looks >= Self::LOOKS,
            Room::Enough => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdicts(looks: &[Room]) -> Vec<bool> {
        let room = || Room::Enough;
        let mut stall = Stall::new(&room);
        looks.iter().map(|look| stall.look(*look)).collect()
    }

    #[test]
    fn a_full_disk_is_hopeless_at_once() {
        assert_eq!(verdicts(&[Room::Enough, Room::Full]), [false, true]);
    }

    #[test]
    fn a_little_room_is_hopeless_when_it_stays_the_same_for_three_looks() {
        let (one, other) = (Room::Scarce(1_500_000), Room::Scarce(1_400_000));
        assert_eq!(verdicts(&[one, one, one]), [false, false, true]);
        assert_eq!(verdicts(&[one, one, other, other, one]), [false; 5]);
    }
}
