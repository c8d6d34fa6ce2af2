//! Where the path of a call leads. path_resolution(7)

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use super::calls::{Kind, WORKING_DIR};
use super::notify::Call;

/// The place of a path below a directory, links followed, if it is below it.
pub fn inside(path: &Path, dir: &Path) -> Option<PathBuf> {
    let real = real(path, MOST_LINKS);
    real.strip_prefix(dir).ok().map(Path::to_path_buf)
}

/// A path of a call from the root on. An empty one looks for nothing.
pub fn absolute(call: &Call, kind: &Kind, path: PathBuf) -> Option<PathBuf> {
    if path.as_os_str().as_bytes().is_empty() {
        return None;
    }
    for (own, place) in [
        ("/proc/self", ""),
        ("/proc/thread-self", ""),
        ("/dev/fd", "fd"),
    ] {
        if let Ok(rest) = path.strip_prefix(own) {
            let of_thread = Path::new("/proc").join(call.thread.to_string());
            return Some(of_thread.join(place).join(rest));
        }
    }
    if path.is_absolute() {
        return Some(path);
    }
    let dir = kind.dir.map(|at| call.arguments[usize::from(at)] as i32);
    let link = match dir {
        None | Some(WORKING_DIR) => format!("/proc/{}/cwd", call.thread),
        Some(fd) => format!("/proc/{}/fd/{fd}", call.thread),
    };
    Some(fs::read_link(link).ok()?.join(path))
}

/// A path without `.` and `..`, as if there were no links.
pub fn lexical(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                out.pop();
            }
            Component::CurDir => {}
            other => out.push(other),
        }
    }
    out
}

/// The directories that a path passes through and leaves by `..`: the kernel finds nothing
/// when one of them is not there.
pub fn passed(path: &Path) -> impl Iterator<Item = &Path> {
    let left = path.ancestors().filter(|dir| dir.ends_with(".."));
    left.filter_map(Path::parent)
}

/// As many links as the kernel follows. path_resolution(7)
pub const MOST_LINKS: u32 = 40;

/// Where a path that is not there would be: links are followed, those to nothing too.
pub fn real(path: &Path, links: u32) -> PathBuf {
    if let Ok(path) = fs::canonicalize(path) {
        return path;
    }
    let mut parts = path.components();
    let Some(last) = parts.next_back() else {
        return path.to_path_buf();
    };
    let mut out = real(parts.as_path(), links);
    match last {
        Component::ParentDir => {
            out.pop();
        }
        Component::Normal(name) => {
            let at = out.join(name);
            match fs::read_link(&at) {
                Ok(link) if links > 0 => return real(&out.join(link), links - 1),
                _ => out = at,
            }
        }
        _ => {}
    }
    out
}
