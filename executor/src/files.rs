//! Files: writing, copying, dating and walking them.

use std::collections::HashSet;
use std::fs::{self, DirEntry, FileTimes, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{symlink, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::document::Document;
use crate::failure::{Context, Result};

fn seconds(time: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(time)
}

fn times(time: u64) -> FileTimes {
    FileTimes::new()
        .set_modified(seconds(time))
        .set_accessed(seconds(time))
}

/// Gives a file or directory a time, in seconds since 1970.
pub fn date(path: &Path, time: u64) -> io::Result<()> {
    fs::File::open(path)?.set_times(times(time))
}

/// Makes a directory and those above it, in the place of links to nothing.
fn make_dirs(dir: &Path) -> Result<()> {
    let mut above: Vec<&Path> = dir.ancestors().collect();
    above.reverse();
    for dir in above {
        if fs::symlink_metadata(dir).is_ok_and(|m| m.is_symlink()) && fs::metadata(dir).is_err() {
            fs::remove_file(dir).at(dir)?;
        }
    }
    fs::create_dir_all(dir).at(dir)
}

/// Writes the files that the plan wrote, dated like all that cargo reads, its links, and the
/// files and directories that are there for their names.
pub fn write_all(doc: &Document) -> Result<()> {
    for (path, to) in &doc.links {
        make_parent(path)?;
        remove(path)?;
        symlink(to, path).at(path)?;
    }
    let mut made = HashSet::new();
    for f in &doc.files {
        if let Some(dir) = f.path.parent() {
            if made.insert(dir) {
                make_dirs(dir)?;
            }
        }
        fs::write(&f.path, &f.text).at(&f.path)?;
        date(&f.path, doc.file_time).at(&f.path)?;
    }
    // What the plan writes anew in other steps, and somebody reads in this one.
    walk(&doc.dirs.originals, &mut |path, kind| {
        let inside = path.strip_prefix(&doc.dirs.originals).unwrap_or(path);
        let to = doc.dirs.source.join(inside);
        if kind.is_file() && !to.exists() {
            make_parent(&to)?;
            copy_dated(path, &to, doc.file_time).at(path)?;
        }
        Ok(())
    })?;
    for name in doc.task.lookups.iter().flat_map(|l| &l.names) {
        let path = doc.dirs.source.join(name);
        if path.exists() {
            continue;
        }
        if name.ends_with('/') {
            fs::create_dir_all(&path).at(&path)?;
        } else {
            make_parent(&path)?;
            fs::write(&path, "").at(&path)?;
        }
        date(&path, doc.file_time).at(&path)?;
    }
    Ok(())
}

/// The error of listing what is no directory, on Linux.
const ENOTDIR: i32 = 20;

/// The entries of a directory, none if it is missing.
pub fn entries(dir: &Path) -> Result<Vec<DirEntry>> {
    match fs::read_dir(dir) {
        Ok(list) => list.collect::<io::Result<_>>().at(dir),
        // A file in the place of a directory has no entries either.
        Err(e) if e.kind() == io::ErrorKind::NotFound || e.raw_os_error() == Some(ENOTDIR) => {
            Ok(Vec::new())
        }
        Err(e) => Err(e).at(dir),
    }
}

/// The name of an entry; what is no UTF-8 is no file of cargo's.
pub fn name(entry: &DirEntry) -> String {
    entry.file_name().to_string_lossy().into_owned()
}

/// Calls `each` with all that lies below a directory, a directory before what is in it.
/// Links are not followed.
pub fn walk(dir: &Path, each: &mut dyn FnMut(&Path, fs::FileType) -> Result<()>) -> Result<()> {
    for entry in entries(dir)? {
        let path = entry.path();
        let kind = entry.file_type().at(&path)?;
        each(&path, kind)?;
        if kind.is_dir() {
            walk(&path, each)?;
        }
    }
    Ok(())
}

/// Dates all files and directories below a directory, links apart.
pub fn date_below(dir: &Path, time: u64) -> Result<()> {
    walk(dir, &mut |path, kind| {
        if kind.is_dir() || kind.is_file() {
            date(path, time).at(path)
        } else {
            Ok(())
        }
    })
}

/// Dates a directory and those below it.
pub fn date_dirs(dir: &Path, time: u64) -> Result<()> {
    walk(dir, &mut |path, kind| {
        if kind.is_dir() {
            date(path, time).at(path)
        } else {
            Ok(())
        }
    })?;
    date(dir, time).at(dir)
}

/// Bytes of a file that is read and written in one go.
const SMALL: u64 = 64 * 1024;

/// Copies one file with its permissions, and dates the copy.
pub fn copy_dated(from: &Path, to: &Path, time: u64) -> io::Result<()> {
    let mut source = fs::File::open(from)?;
    let metadata = source.metadata()?;
    let mode = metadata.permissions().mode();
    let size = metadata.len();
    let mut copy = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(mode)
        .open(to)?;
    if size <= SMALL {
        // Fewer calls of the kernel than it takes to find out how to copy between two mounts.
        let mut data = Vec::with_capacity(size as usize + 1);
        source.read_to_end(&mut data)?;
        copy.write_all(&data)?;
    } else {
        io::copy(&mut source, &mut copy)?;
    }
    copy.set_times(times(time))
}

/// Copies all that lies below a directory, into one that may be there.
pub fn copy_below(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).at(to)?;
    for entry in entries(from)? {
        let (path, copy) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().at(&path)?;
        if kind.is_dir() {
            copy_below(&path, &copy)?;
        } else if kind.is_file() {
            fs::copy(&path, &copy).at(&path)?;
        }
    }
    Ok(())
}

/// A name that no other process has, in no other container; the kernel's random number, or
/// the time where there is none.
pub fn unique() -> String {
    match fs::read_to_string("/proc/sys/kernel/random/uuid") {
        Ok(own) => own.trim().to_string(),
        Err(_) => SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |d| d.as_nanos())
            .to_string(),
    }
}

/// Removes a file, link or directory, which may be missing.
pub fn remove(path: &Path) -> Result<()> {
    let done = match fs::symlink_metadata(path) {
        Ok(m) if m.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(e) => Err(e),
    };
    match done {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e).at(path),
        _ => Ok(()),
    }
}

/// Makes the directory that a file is put into.
pub fn make_parent(path: &Path) -> Result<()> {
    match path.parent() {
        Some(dir) => fs::create_dir_all(dir).at(dir),
        None => Ok(()),
    }
}

/// Moves a file or directory to a place whose parents may be missing.
pub fn rename(from: &Path, to: &Path) -> Result<()> {
    make_parent(to)?;
    fs::rename(from, to).at(from)
}

/// All files and links below a path, or the path itself, sorted.
pub fn below(path: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    match fs::symlink_metadata(path) {
        Ok(m) if m.is_dir() => {
            // What cannot be listed counts as empty.
            let _ = walk(path, &mut |p, kind| {
                if kind.is_file() || kind.is_symlink() {
                    out.push(p.to_path_buf());
                }
                Ok(())
            });
        }
        Ok(m) if m.is_file() || m.is_symlink() => out.push(path.to_path_buf()),
        _ => {}
    }
    out.sort();
    out
}
