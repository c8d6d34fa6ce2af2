//! Who calls: what the kernel says of the processes that are watched. proc(5)

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::calls::{Kind, Way};
use super::notify::Call;

/// What is said of a process or thread: the process that it is one of, or the one above.
pub fn process(id: u32, line: &str) -> Option<u32> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let said = status.lines().find_map(|l| l.strip_prefix(line))?;
    said.trim().parse().ok()
}

/// The program that a process or thread runs.
pub fn program(id: u32) -> PathBuf {
    fs::read_link(format!("/proc/{id}/exe")).unwrap_or_default()
}

/// Whether a process runs cargo, or a command of it.
pub fn is_cargo(process: u32) -> bool {
    let program = program(process);
    let name = program.file_name().unwrap_or_default();
    name.as_bytes().starts_with(b"cargo")
}

/// Whether a path is an option: a library that is linked with, or one of the words that the
/// program was started with.
pub fn is_option(call: &Call, path: &Path) -> bool {
    let path = path.as_os_str().as_bytes();
    if !path.starts_with(b"-") || path.starts_with(b"-l") {
        return path.starts_with(b"-");
    }
    let said = fs::read(format!("/proc/{}/cmdline", call.thread)).unwrap_or_default();
    let mut words = said.split(|&b| b == 0);
    words.any(|word| word == path)
}

/// Whether a program asks what the link of its own name says, as rustc does wherever it is:
/// that is no file of the project.
pub fn asks_for_itself(call: &Call, kind: &Kind, path: &Path) -> bool {
    kind.way == Way::LookAtLink && program(call.thread).file_name() == path.file_name()
}

/// Whether a file is what a call of rustc compiles: a stub, which the plan has written.
pub fn starts_from(call: &Call, file: &Path) -> bool {
    if file.extension() != Some(OsStr::new("rs")) {
        return false;
    }
    let said = fs::read(format!("/proc/{}/cmdline", call.thread)).unwrap_or_default();
    let Ok(dir) = fs::read_link(format!("/proc/{}/cwd", call.thread)) else {
        return false;
    };
    let file = fs::canonicalize(file).ok();
    said.split(|&b| b == 0)
        .map(|arg| Path::new(OsStr::from_bytes(arg)))
        .filter(|arg| arg.extension() == Some(OsStr::new("rs")))
        .any(|arg| file.is_some() && fs::canonicalize(dir.join(arg)).ok() == file)
}
