//! A disk that was built here, started as a Gen2 machine: QEMU with OVMF, without KVM, watched over its serial console.
//! What the machine writes is dropped, so that the disk stays as it was built.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

/// Emulation without KVM now and then stops for good; on a loaded machine of two cores a working one is never silent this long.
const SILENCE: Duration = Duration::from_secs(90);
/// Firmware, kernel and systemd take 30 s under emulation on a free core.
const LIMIT: Duration = Duration::from_secs(420);
/// The first line of a Linux kernel on its console.
const KERNEL_LINE: &str = "Linux version ";
/// What a kernel says last.
const PANIC: &str = "Kernel panic - not syncing: ";
/// The panic of a kernel whose timer ticks an overloaded machine did not emulate in time.
const TIMER_PANIC: &str = "IO-APIC + timer doesn't work";

/// What time is to the machine.
#[derive(Clone, Copy)]
enum Clock {
    /// As it is outside; on two processors. Fast.
    Outside,
    /// As many instructions as were carried out, so that no load outside can starve it. Two or three times as slow.
    Instructions,
}

/// A machine that has not been started.
pub(crate) struct VirtualMachine<'disk> {
    /// Its disk, a fixed VHD.
    pub(crate) vhd: &'disk Path,
    pub(crate) memory_mib: u32,
}

/// How a start ended.
enum End {
    /// The expected text was there.
    Told,
    /// Silent for too long, or not there in time.
    Hung,
    Panicked,
    /// The machine went off by itself.
    Off,
}

impl VirtualMachine<'_> {
    /// Starts the machine and ends it as soon as its console says the expected text: all that the console has said until
    /// then. The test fails when that never comes. A machine that hangs before its kernel speaks, or loses its timer, gets
    /// one more try by a steadier clock, since that is the emulator's doing.
    pub(crate) fn console_until(&self, expected: &str) -> String {
        let (mut end, mut console) = self.start(expected, Clock::Outside);
        let is_emulators_doing = match end {
            End::Told | End::Off => false,
            End::Hung => !console.contains(KERNEL_LINE),
            End::Panicked => console.contains(TIMER_PANIC),
        };
        if is_emulators_doing {
            (end, console) = self.start(expected, Clock::Instructions);
        }
        match end {
            End::Told => console,
            End::Hung => panic!("the machine hung before it said {expected:?}; its console:\n{console}"),
            End::Panicked => panic!("the kernel panicked before it said {expected:?}; its console:\n{console}"),
            End::Off => panic!("the machine went off before it said {expected:?}; its console:\n{console}"),
        }
    }

    fn start(&self, expected: &str, clock: Clock) -> (End, String) {
        let folder = tempfile::Builder::new().prefix("ib-machine-").tempdir().unwrap();
        let firmware = Firmware::find();
        let variables = folder.path().join("variables.fd");
        fs::copy(&firmware.variables, &variables).unwrap();
        let mut command = Command::new(program());
        command
            .args(["-machine", "q35", "-cpu", "max,la57=off"])
            .args(match clock {
                Clock::Outside => ["-accel", "tcg,thread=multi", "-smp", "2"],
                Clock::Instructions => ["-accel", "tcg,thread=single", "-icount", "shift=1,sleep=off"],
            })
            .args(["-m", &self.memory_mib.to_string()])
            .args(["-nodefaults", "-no-reboot", "-display", "none", "-nic", "none"])
            .args(["-serial", "stdio", "-device", "virtio-rng-pci"])
            .arg("-drive")
            .arg(flash(&firmware.code, "on"))
            .arg("-drive")
            .arg(flash(&variables, "off"))
            .arg("-drive")
            .arg(format!("if=virtio,format=vpc,snapshot=on,file={}", self.vhd.display()))
            // Where snapshot=on keeps what the machine writes.
            .env("TMPDIR", folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        let mut machine = Switched(command.spawn().unwrap());
        let (sender, receiver) = mpsc::channel();
        let mut serial = machine.0.stdout.take().unwrap();
        let reading = std::thread::spawn(move || {
            let mut buffer = [0_u8; 4096];
            while let Ok(count @ 1..) = serial.read(&mut buffer) {
                if sender.send(buffer[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        let answer = watch(&receiver, expected);
        drop(machine);
        drop(receiver);
        reading.join().unwrap();
        answer
    }
}

/// Collects what the console says until the expected text or a reason to give up.
fn watch(serial: &Receiver<Vec<u8>>, expected: &str) -> (End, String) {
    let deadline = Instant::now() + LIMIT;
    let mut bytes = Vec::new();
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let end = match serial.recv_timeout(SILENCE.min(left)) {
            Ok(more) => {
                bytes.extend(more);
                None
            }
            Err(RecvTimeoutError::Timeout) => Some(End::Hung),
            Err(RecvTimeoutError::Disconnected) => Some(End::Off),
        };
        let console = String::from_utf8_lossy(&bytes).replace('\r', "");
        // The line has to be whole: its end tells more than the expected text.
        let is_told = console
            .split_once(expected)
            .is_some_and(|(_, after)| after.contains('\n'));
        match end {
            _ if is_told => return (End::Told, console),
            _ if console.contains(PANIC) => return (End::Panicked, console),
            Some(end) => return (end, console),
            None => {}
        }
    }
}

/// A process that ends with the test, however that ends.
struct Switched(Child);

impl Drop for Switched {
    fn drop(&mut self) {
        // Gone already is as good.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

struct Firmware {
    code: PathBuf,
    variables: PathBuf,
}

impl Firmware {
    fn find() -> Self {
        let system = PathBuf::from("/usr/share/OVMF");
        let folder = if system.join("OVMF_CODE_4M.fd").exists() {
            system
        } else {
            unpacked().join("usr/share/OVMF")
        };
        Self {
            code: folder.join("OVMF_CODE_4M.fd"),
            variables: folder.join("OVMF_VARS_4M.fd"),
        }
    }
}

fn flash(file: &Path, readonly: &str) -> String {
    format!("if=pflash,format=raw,readonly={readonly},file={}", file.display())
}

/// The installed QEMU, or the one that build/set-up unpacked where it cannot be installed.
fn program() -> PathBuf {
    let name = "qemu-system-x86_64";
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut installed = std::env::split_paths(&path).map(|folder| folder.join(name));
    installed
        .find(|file| file.is_file())
        .unwrap_or_else(|| unpacked().join(name))
}

fn unpacked() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target"), PathBuf::from)
        .join("qemu")
}
