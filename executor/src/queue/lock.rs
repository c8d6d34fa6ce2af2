//! Locks on files, which the kernel drops when their holder dies.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::raw::c_int;
use std::path::Path;

const SHARED: c_int = 1;
const EXCLUSIVE: c_int = 2;
const AT_ONCE: c_int = 4;
const UNLOCK: c_int = 8;

extern "C" {
    fn flock(file: c_int, operation: c_int) -> c_int;
}

fn call(file: &File, operation: c_int) -> io::Result<()> {
    loop {
        // SAFETY: flock takes two integers, and the file is open for as long as it runs.
        if unsafe { flock(file.as_raw_fd(), operation) } == 0 {
            return Ok(());
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}

/// Opens a file that is there to be locked.
pub fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
}

/// Waits for a lock that nobody else has.
pub fn lock(file: &File) -> io::Result<()> {
    call(file, EXCLUSIVE)
}

/// Locks a file unless somebody else has a lock on it.
pub fn try_lock(file: &File) -> io::Result<bool> {
    attempt(file, EXCLUSIVE)
}

/// Whether nobody has a lock on a file.
pub fn is_free(file: &File) -> io::Result<bool> {
    let free = attempt(file, SHARED)?;
    if free {
        unlock(file)?;
    }
    Ok(free)
}

pub fn unlock(file: &File) -> io::Result<()> {
    call(file, UNLOCK)
}

fn attempt(file: &File, kind: c_int) -> io::Result<bool> {
    match call(file, kind | AT_ONCE) {
        Ok(()) => Ok(true),
        Err(e) if e.kind() == io::ErrorKind::WouldBlock => Ok(false),
        Err(e) => Err(e),
    }
}
