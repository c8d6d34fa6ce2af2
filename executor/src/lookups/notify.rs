//! System calls of other processes, as the kernel tells of them before it makes them.
//! seccomp_unotify(2), seccomp(2)
//!
//! With the lock this is the one place that needs unsafe code: the standard library knows
//! none of these calls.

use std::ffi::{c_int, c_long, c_ulong, c_void, CString};
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::calls::{self, Kind, Saying};

extern "C" {
    fn prctl(option: c_int, ...) -> c_int;
    fn syscall(number: c_long, ...) -> c_long;
    fn ioctl(fd: c_int, request: c_ulong, ...) -> c_int;
    fn process_vm_readv(
        process: c_int,
        to: *const Part,
        to_parts: c_ulong,
        from: *const Part,
        from_parts: c_ulong,
        flags: c_ulong,
    ) -> isize;
    fn process_vm_writev(
        process: c_int,
        from: *const Part,
        from_parts: c_ulong,
        to: *const Part,
        to_parts: c_ulong,
        flags: c_ulong,
    ) -> isize;
}

/// A part of a process's memory.
#[repr(C)]
struct Part {
    start: *mut c_void,
    length: usize,
}

/// The smallest page of memory that there is. A part that ends with it is there or not there.
const PAGE: usize = 4096;

const PR_SET_NO_NEW_PRIVS: c_int = 38;
const SECCOMP_SET_MODE_FILTER: c_long = 1;
/// A listener is made, and no protection against speculation that slows a program down.
const FLAGS: c_long = 1 << 3 | 1 << 2;
/// A signal waits until a call that was told of is made: no program expects that stat(2) is
/// interrupted (Linux 5.19).
const SIGNALS_WAIT: c_long = 1 << 5;

const RECEIVE: c_ulong = 0xc050_2100;
const SEND: c_ulong = 0xc018_2101;
const HAND_OVER: c_ulong = 0x4018_2103;
const SET_FLAGS: c_ulong = 0x4008_2104;
/// Who listens is woken on the processor of the one that calls, which waits (Linux 6.6).
const WAKE_AT_ONCE: c_ulong = 1;
const CONTINUE: u32 = 1;
const AND_ANSWER: u32 = 2;

/// The programs of the filter are those of classic BPF. bpf(4), linux/filter.h
const LOAD: u16 = 0x20;
const JUMP_EQUAL: u16 = 0x15;
const JUMP_ABOVE: u16 = 0x35;
const JUMP_SET: u16 = 0x45;
const RETURN: u16 = 0x06;
const ALLOW: u32 = 0x7fff_0000;
const TELL: u32 = 0x7fc0_0000;

/// Where the filter finds what is called: its number, the architecture, an argument.
const NUMBER: u32 = 0;
const ARCHITECTURE: u32 = 4;
const ARGUMENTS: u32 = 16;

#[repr(C)]
struct Instruction {
    code: u16,
    if_true: u8,
    if_false: u8,
    value: u32,
}

#[repr(C)]
struct Program {
    length: u16,
    instructions: *const Instruction,
}

/// A call that waits for an answer.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct Call {
    id: u64,
    /// The thread that calls.
    pub thread: u32,
    flags: u32,
    pub number: i32,
    pub architecture: u32,
    instruction: u64,
    pub arguments: [u64; 6],
}

#[repr(C)]
struct Answer {
    id: u64,
    value: i64,
    error: i32,
    flags: u32,
}

/// A file for another process.
#[repr(C)]
struct HandedOver {
    id: u64,
    flags: u32,
    file: u32,
    number: u32,
    number_flags: u32,
}

/// Where calls are told of.
pub struct Listener(OwnedFd);

fn instruction(code: u16, value: u32, if_true: u8, if_false: u8) -> Instruction {
    Instruction {
        code,
        if_true,
        if_false,
        value,
    }
}

/// The filter: calls that look for a path are told, and those of another architecture,
/// whose numbers mean something else.
fn filter() -> Vec<Instruction> {
    let mut out = vec![
        instruction(LOAD, ARCHITECTURE, 0, 0),
        instruction(JUMP_EQUAL, calls::ARCHITECTURE, 1, 0),
        instruction(RETURN, TELL, 0, 0),
        instruction(LOAD, NUMBER, 0, 0),
        instruction(JUMP_ABOVE, calls::FOREIGN, 0, 1),
        instruction(RETURN, TELL, 0, 0),
    ];
    for call in calls::ALL {
        if call.empty {
            // A file that is open is asked about: no path is looked for.
            let flags = ARGUMENTS + 8 * u32::from(call.flags.unwrap_or_default());
            out.push(instruction(JUMP_EQUAL, call.number, 0, 4));
            out.push(instruction(LOAD, flags, 0, 0));
            out.push(instruction(JUMP_SET, calls::EMPTY_PATH, 0, 1));
            out.push(instruction(RETURN, ALLOW, 0, 0));
        } else {
            out.push(instruction(JUMP_EQUAL, call.number, 0, 1));
        }
        out.push(instruction(RETURN, TELL, 0, 0));
    }
    out.push(instruction(RETURN, ALLOW, 0, 0));
    out
}

/// Has the kernel tell of the calls of this thread and of all that it starts from now on.
/// Somebody else must answer them.
pub fn listen() -> io::Result<Listener> {
    let filter = filter();
    let program = Program {
        length: filter.len() as u16,
        instructions: filter.as_ptr(),
    };
    let none: c_ulong = 0;
    let one: c_ulong = 1;
    // SAFETY: both calls read what they are given and keep none of it, and the program
    // and its instructions live until they return.
    let fd = unsafe {
        if prctl(PR_SET_NO_NEW_PRIVS, one, none, none, none) != 0 {
            return Err(io::Error::last_os_error());
        }
        let program: *const Program = &program;
        let set = |flags: c_long| syscall(calls::SECCOMP, SECCOMP_SET_MODE_FILTER, flags, program);
        match set(FLAGS | SIGNALS_WAIT) {
            fd if fd >= 0 => fd,
            _ => set(FLAGS),
        }
    };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the kernel has just made it, for us alone.
    let listener = unsafe { OwnedFd::from_raw_fd(fd as c_int) };
    // SAFETY: the flags are a number. A kernel that does not know them is slower, and no more.
    unsafe { ioctl(listener.as_raw_fd(), SET_FLAGS, WAKE_AT_ONCE) };
    Ok(Listener(listener))
}

impl Call {
    /// Reads the memory of who calls, as far as it is there, and gives how many bytes that
    /// are. Where the call is not allowed there is a file for it, which takes longer.
    pub fn read(&self, at: u64, to: &mut [u8]) -> io::Result<usize> {
        let first = (PAGE - at as usize % PAGE).min(to.len());
        let part = |start: usize, length| Part {
            start: start as *mut c_void,
            length,
        };
        let from = [
            part(at as usize, first),
            part((at as usize).wrapping_add(first), to.len() - first),
        ];
        let all = part(to.as_mut_ptr() as usize, to.len());
        // SAFETY: the kernel writes at most the bytes of `to`, and reads the memory of
        // another process, where no address is wrong for us.
        let read = unsafe { process_vm_readv(self.thread as c_int, &all, 1, from.as_ptr(), 2, 0) };
        match usize::try_from(read) {
            Ok(read) => Ok(read),
            Err(_) => File::open(format!("/proc/{}/mem", self.thread))?.read_at(to, at),
        }
    }
}

impl Call {
    /// Writes into the memory of who calls.
    fn write(&self, at: u64, text: &[u8]) -> io::Result<()> {
        let from = Part {
            start: text.as_ptr() as *mut c_void,
            length: text.len(),
        };
        let to = Part {
            start: at as usize as *mut c_void,
            length: text.len(),
        };
        // SAFETY: the kernel reads the bytes of `text`, and writes where who calls wants an
        // answer; a wrong address is an error.
        let written = unsafe { process_vm_writev(self.thread as c_int, &from, 1, &to, 1, 0) };
        if usize::try_from(written) == Ok(text.len()) {
            return Ok(());
        }
        Err(io::Error::last_os_error())
    }
}

impl Listener {
    /// Answers a call that says what a file is with what another file is, whose path is given
    /// from the root on.
    pub fn say(&self, call: &Call, kind: &Kind, how: Saying, file: &Path) -> io::Result<()> {
        let path = CString::new(file.as_os_str().as_bytes())?;
        let mut said = vec![0u8; how.length];
        let mut arguments = call.arguments;
        arguments[usize::from(kind.path)] = path.as_ptr() as u64;
        arguments[usize::from(how.place)] = said.as_mut_ptr() as u64;
        let [a, b, c, d, e, f] = arguments;
        // SAFETY: the same call with a path and a place of ours. The kernel reads the one and
        // fills the other, whose size is that of its answer; both live until it returns.
        if unsafe { syscall(c_long::from(call.number), a, b, c, d, e, f) } != 0 {
            return Err(io::Error::last_os_error());
        }
        call.write(call.arguments[usize::from(how.place)], &said)?;
        self.answer(call, 0, 0, 0)
    }

    /// Waits for a call.
    pub fn receive(&self) -> io::Result<Call> {
        loop {
            let mut call = Call::default();
            // SAFETY: the kernel writes one Call, whose size is a part of the request.
            if unsafe { ioctl(self.0.as_raw_fd(), RECEIVE, &mut call as *mut Call) } == 0 {
                return Ok(call);
            }
            let error = io::Error::last_os_error();
            // Who called may be gone by now, or was interrupted.
            if !matches!(
                error.kind(),
                io::ErrorKind::Interrupted | io::ErrorKind::NotFound
            ) {
                return Err(error);
            }
        }
    }

    /// Lets a call be made.
    pub fn allow(&self, call: &Call) -> io::Result<()> {
        self.answer(call, 0, 0, CONTINUE)
    }

    /// Fails a call.
    pub fn refuse(&self, call: &Call) -> io::Result<()> {
        const ENOSYS: i32 = 38;
        self.answer(call, 0, -ENOSYS, 0)
    }

    /// Lets a call that opens a file have another one. `close` is true when a program that
    /// it starts is not to have it. Both are done at once, so that a signal cannot come
    /// between them, where the kernel knows how (Linux 5.14).
    pub fn open(&self, call: &Call, file: &File, close: bool) -> io::Result<()> {
        const EINVAL: i32 = 22;
        match self.hand_over(call, file, close, AND_ANSWER) {
            Err(e) if e.raw_os_error() == Some(EINVAL) => {
                let number = self.hand_over(call, file, close, 0)?;
                self.answer(call, i64::from(number), 0, 0)
            }
            done => done.map(|_| ()),
        }
    }

    fn hand_over(&self, call: &Call, file: &File, close: bool, flags: u32) -> io::Result<c_int> {
        const O_CLOEXEC: u32 = 0o2_000_000;
        let over = HandedOver {
            id: call.id,
            flags,
            file: file.as_raw_fd() as u32,
            number: 0,
            number_flags: if close { O_CLOEXEC } else { 0 },
        };
        let request = &over as *const HandedOver;
        // SAFETY: the kernel reads one HandedOver, whose size is a part of the request.
        let number = unsafe { ioctl(self.0.as_raw_fd(), HAND_OVER, request) };
        if number < 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(number)
    }

    fn answer(&self, call: &Call, value: i64, error: i32, flags: u32) -> io::Result<()> {
        let answer = Answer {
            id: call.id,
            value,
            error,
            flags,
        };
        // SAFETY: the kernel reads one Answer, whose size is a part of the request.
        if unsafe { ioctl(self.0.as_raw_fd(), SEND, &answer as *const Answer) } == 0 {
            return Ok(());
        }
        match io::Error::last_os_error() {
            e if e.kind() == io::ErrorKind::NotFound => Ok(()), // who called is gone
            e => Err(e),
        }
    }
}
