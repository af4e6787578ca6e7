//! Telling that a program waits for ever because the disk is full: apt does, once its unpacking helper could not write.

use std::time::{Duration, Instant};

/// Watches one program.
pub(crate) struct Stall<'a> {
    is_disk_full: &'a dyn Fn() -> bool,
    quiet_since: Instant,
}

impl<'a> Stall<'a> {
    /// How long a program may be silent before the disk is looked at.
    const PATIENCE: Duration = Duration::from_secs(20);

    pub(crate) fn new(is_disk_full: &'a dyn Fn() -> bool) -> Self {
        Self {
            is_disk_full,
            quiet_since: Instant::now(),
        }
    }

    /// The program has printed something: it goes on.
    pub(crate) fn hear(&mut self) {
        self.quiet_since = Instant::now();
    }

    /// Whether nothing can be hoped for any more. The disk is asked once in a while of silence.
    pub(crate) fn is_hopeless(&mut self) -> bool {
        if self.quiet_since.elapsed() < Self::PATIENCE {
            return false;
        }
        self.hear();
        (self.is_disk_full)()
    }
}
