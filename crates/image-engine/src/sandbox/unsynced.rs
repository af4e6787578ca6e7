//! A filter of system calls under which a program's wishes to have its data on the disk at once are granted without effect.
//!
//! What the tools write lies in the scratch area or in a layer that is still being made: it counts only once who publishes it
//! has synchronised it, and if the machine stops before, all of it is thrown away. `mke2fs` alone would otherwise wait for the
//! whole root file system to reach the disk, and `dpkg` for each of its packages.

/// Of a classic BPF program, as `linux/filter.h` and `linux/seccomp.h` have them.
const LOAD_WORD: u16 = 0x20;
const JUMP_IF_EQUAL: u16 = 0x15;
const RETURN: u16 = 0x06;
const ALLOW: u32 = 0x7fff_0000;
/// Returns the error number of the lowest 16 bits; 0 is success.
const WITHOUT_EFFECT: u32 = 0x0005_0000;
/// Offsets in the data that the program sees.
const NUMBER: u32 = 0;
const ARCHITECTURE: u32 = 4;

/// The architecture whose numbers [`libc`] has; under another one nothing is filtered.
#[cfg(target_arch = "x86_64")]
const OWN_ARCHITECTURE: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
const OWN_ARCHITECTURE: u32 = 0xc000_00b7;

const CALLS: [libc::c_long; 5] = [
    libc::SYS_fsync,
    libc::SYS_fdatasync,
    libc::SYS_sync,
    libc::SYS_syncfs,
    libc::SYS_sync_file_range,
];

/// The program, in the form in which bubblewrap passes it to the kernel.
pub(super) fn filter() -> Vec<u8> {
    let count = u8::try_from(CALLS.len()).unwrap_or(0);
    let instruction = |code: u16, if_true: u8, if_false: u8, value: u32| {
        let mut bytes = code.to_ne_bytes().to_vec();
        bytes.extend([if_true, if_false]);
        bytes.extend(value.to_ne_bytes());
        bytes
    };
    let mut program = vec![
        instruction(LOAD_WORD, 0, 0, ARCHITECTURE),
        instruction(JUMP_IF_EQUAL, 0, count + 1, OWN_ARCHITECTURE),
        instruction(LOAD_WORD, 0, 0, NUMBER),
    ];
    // A jump counts the instructions that it leaves out: the calls that are still to be compared, and the first return.
    for (left, call) in (1..=count).rev().zip(CALLS) {
        program.push(instruction(
            JUMP_IF_EQUAL,
            left,
            0,
            u32::try_from(call).unwrap_or(u32::MAX),
        ));
    }
    program.push(instruction(RETURN, 0, 0, ALLOW));
    program.push(instruction(RETURN, 0, 0, WITHOUT_EFFECT));
    program.concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the kernel would decide of a call, by the rules of the classic BPF machine.
    fn decide(architecture: u32, call: libc::c_long) -> Option<u32> {
        let program = filter();
        let instructions: Vec<&[u8]> = program.chunks_exact(8).collect();
        let (mut at, mut loaded) = (0, 0);
        loop {
            let &[a, b, if_true, if_false, c, d, e, f] = *instructions.get(at)? else {
                return None;
            };
            let value = u32::from_ne_bytes([c, d, e, f]);
            at += 1;
            match u16::from_ne_bytes([a, b]) {
                LOAD_WORD if value == ARCHITECTURE => loaded = architecture,
                LOAD_WORD => loaded = u32::try_from(call).unwrap_or(u32::MAX),
                JUMP_IF_EQUAL => at += usize::from(if loaded == value { if_true } else { if_false }),
                _ => return Some(value),
            }
        }
    }

    #[test]
    fn exactly_the_calls_that_wait_for_the_disk_are_without_effect() {
        for call in 0..500 {
            let expected = if CALLS.contains(&call) { WITHOUT_EFFECT } else { ALLOW };
            assert_eq!(decide(OWN_ARCHITECTURE, call), Some(expected), "{call}");
            assert_eq!(decide(1, call), Some(ALLOW), "{call}");
        }
    }
}
