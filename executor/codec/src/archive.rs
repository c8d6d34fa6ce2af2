//! Unpacks tar archives, as `.crate` files are.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Component, Path, PathBuf};

/// The unit of an archive, and the size of a header.
const BLOCK: usize = 512;
/// How much of the archive is held at most: enough for most files to be written
/// at once.
const BUFFER: usize = 128 << 10;
/// The most that a long name, or the records of an entry, may take.
const RECORDS: u64 = 1 << 20;

/// Unpacks the regular files of a tar archive: ustar and pax (POSIX.1-2017, pax,
/// "ustar Interchange Format" and "pax Extended Header"), and the long names of
/// GNU tar. For each file, `seen` gets its path and size. It is written below
/// `into` if its path is `wanted`, as executable as it is in the archive.
///
/// A path is given as it is in the archive, without a leading `./`. One that is
/// absolute, holds `..` or is no UTF-8 is an error. Other entries are ignored,
/// links and directories too. So nothing is written through a link of the
/// archive, and only directories that hold a file are made.
///
/// The archive is read to its end, so that a checksum there is compared.
pub fn unpack(
    archive: impl Read,
    into: &Path,
    wanted: &dyn Fn(&str) -> bool,
    seen: &mut dyn FnMut(&str, u64),
) -> io::Result<()> {
    let mut archive = Archive::new(archive);
    let mut target = Target::new(into);
    while let Some(entry) = archive.entry()? {
        if !entry.regular {
            archive.skip(entry.size)?;
        } else {
            check(&entry.path)?;
            seen(&entry.path, entry.size);
            if wanted(&entry.path) {
                let mut file = target.create(&entry.path, entry.executable)?;
                archive.data(entry.size, |part| file.write_all(part))?;
            } else {
                archive.skip(entry.size)?;
            }
        }
        archive.skip(padding(entry.size))?;
    }
    archive.drain()
}

/// Refuses each path that could lead out of a directory, or to none.
fn check(path: &str) -> io::Result<()> {
    let mut names = 0;
    for component in Path::new(path).components() {
        match component {
            Component::Normal(_) => names += 1,
            Component::CurDir => {}
            _ => return Err(invalid(&format!("the path {path:?} leads out of it"))),
        }
    }
    if names == 0 || path.contains('\0') {
        return Err(invalid(&format!("{path:?} is no path of a file")));
    }
    Ok(())
}

/// Where files are written.
struct Target<'a> {
    root: &'a Path,
    /// The directories that are known to exist.
    made: HashSet<PathBuf>,
}

impl<'a> Target<'a> {
    fn new(root: &'a Path) -> Self {
        let made = HashSet::new();
        Target { root, made }
    }

    fn create(&mut self, path: &str, executable: bool) -> io::Result<File> {
        let path = self.root.join(path);
        let directory = path.parent().unwrap_or(self.root);
        if !self.made.contains(directory) {
            fs::create_dir_all(directory)?;
            self.made.insert(directory.to_path_buf());
        }
        let mode = if executable { 0o755 } else { 0o644 };
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(mode);
        options.open(path)
    }
}

/// One file, directory, link or the like.
struct Entry {
    path: String,
    size: u64,
    regular: bool,
    executable: bool,
}

/// What a header's predecessors say about its entry.
#[derive(Default)]
struct Extension {
    /// The path of GNU's long name, and the one of pax, which takes precedence.
    long_name: Option<Vec<u8>>,
    path: Option<Vec<u8>>,
    size: Option<u64>,
}

struct Archive<R> {
    reader: R,
    buffer: Box<[u8]>,
    /// What of the buffer is still to be used.
    start: usize,
    end: usize,
}

impl<R: Read> Archive<R> {
    fn new(reader: R) -> Self {
        let buffer = vec![0; BUFFER].into_boxed_slice();
        Archive {
            reader,
            buffer,
            start: 0,
            end: 0,
        }
    }

    /// The next entry, whose data follows. None at the end of the archive.
    fn entry(&mut self) -> io::Result<Option<Entry>> {
        let mut extension = Extension::default();
        let mut extended = false;
        while let Some(header) = self.header()? {
            let size = number(&header[124..136])?;
            match header[156] {
                b'L' => {
                    let name = self.records(size)?;
                    extension.long_name = Some(text(&name).to_vec());
                }
                b'x' => extension.read(&self.records(size)?)?,
                // Of all entries, or the long target of a link.
                b'g' | b'K' => self.skip_padded(size)?,
                _ => return Entry::new(&header, size, extension).map(Some),
            }
            extended = true;
        }
        if extended {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        Ok(None)
    }

    /// The next header. None at a block of zeros, or at the end of the archive.
    fn header(&mut self) -> io::Result<Option<[u8; BLOCK]>> {
        if self.start == self.end && !self.more()? {
            return Ok(None);
        }
        let mut header = [0; BLOCK];
        let mut at = 0;
        self.data(BLOCK as u64, |part| {
            header[at..at + part.len()].copy_from_slice(part);
            at += part.len();
            Ok(())
        })?;
        if header == [0; BLOCK] {
            return Ok(None);
        }
        // The checksum counts its own field as spaces.
        let sum: u64 = header.iter().map(|&byte| u64::from(byte)).sum();
        let own: u64 = header[148..156].iter().map(|&byte| u64::from(byte)).sum();
        if number(&header[148..156])? != sum - own + 8 * u64::from(b' ') {
            return Err(invalid("a wrong checksum of a header"));
        }
        Ok(Some(header))
    }

    /// The data of an entry that describes another one.
    fn records(&mut self, size: u64) -> io::Result<Vec<u8>> {
        if size > RECORDS {
            return Err(invalid("a header is too long"));
        }
        let mut records = Vec::new();
        self.data(size, |part| {
            records.extend_from_slice(part);
            Ok(())
        })?;
        self.skip(padding(size))?;
        Ok(records)
    }

    fn skip_padded(&mut self, size: u64) -> io::Result<()> {
        self.skip(size)?;
        self.skip(padding(size))
    }

    fn skip(&mut self, size: u64) -> io::Result<()> {
        self.data(size, |_| Ok(()))
    }

    /// Gives the next `size` bytes to `to`, in parts, from where they are.
    fn data(&mut self, size: u64, mut to: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        let mut left = size;
        while left > 0 {
            if self.start == self.end && !self.more()? {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            let held = self.end - self.start;
            let part = usize::try_from(left).map_or(held, |left| left.min(held));
            to(&self.buffer[self.start..][..part])?;
            self.start += part;
            left -= part as u64;
        }
        Ok(())
    }

    /// Fills the empty buffer. False at the end of the archive.
    fn more(&mut self) -> io::Result<bool> {
        self.start = 0;
        self.end = 0;
        // All of it, as a reader may give little at a time.
        while self.end < BUFFER {
            match self.reader.read(&mut self.buffer[self.end..]) {
                Ok(0) => break,
                Ok(count) => self.end += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(self.end > 0)
    }

    fn drain(&mut self) -> io::Result<()> {
        while self.more()? {}
        Ok(())
    }
}

impl Entry {
    /// The entry of a header ("ustar Interchange Format", and the manual of GNU
    /// tar, "Basic Tar Format").
    fn new(header: &[u8; BLOCK], size: u64, extension: Extension) -> io::Result<Entry> {
        let path = match extension.path.or(extension.long_name) {
            Some(path) => path,
            None => short_path(header),
        };
        // The old format has directories as files whose name ends so.
        let file = matches!(header[156], b'0' | b'7' | 0) && !path.ends_with(b"/");
        if header[156] == b'S' {
            return Err(invalid("a sparse file"));
        }
        let path = match String::from_utf8(path) {
            Ok(path) => path,
            Err(_) if file => return Err(invalid("the path of a file is no UTF-8")),
            Err(_) => String::new(),
        };
        let mut path = path.as_str();
        while let Some(rest) = path.strip_prefix("./") {
            path = rest;
        }
        Ok(Entry {
            path: path.to_string(),
            size: extension.size.unwrap_or(size),
            regular: file,
            executable: number(&header[100..108])? & 0o111 != 0,
        })
    }
}

/// The path of the header itself. Its prefix is one only in ustar: GNU tar, whose
/// magic differs, has other fields there.
fn short_path(header: &[u8; BLOCK]) -> Vec<u8> {
    let mut path = Vec::new();
    if &header[257..263] == b"ustar\0" && header[345] != 0 {
        path.extend_from_slice(text(&header[345..500]));
        path.push(b'/');
    }
    path.extend_from_slice(text(&header[..100]));
    path
}

impl Extension {
    /// Reads the records of a pax header: each its length, a space, a key, `=`,
    /// its value and a newline.
    fn read(&mut self, mut records: &[u8]) -> io::Result<()> {
        let malformed = || invalid("a malformed pax header");
        while !records.is_empty() {
            let space = records
                .iter()
                .position(|&byte| byte == b' ')
                .ok_or_else(malformed)?;
            let length = decimal(&records[..space]).ok_or_else(malformed)?;
            let length = usize::try_from(length).map_err(|_| malformed())?;
            let record = records.get(space + 1..length).ok_or_else(malformed)?;
            let record = record.strip_suffix(b"\n").ok_or_else(malformed)?;
            let equals = record
                .iter()
                .position(|&byte| byte == b'=')
                .ok_or_else(malformed)?;
            let (key, value) = (&record[..equals], &record[equals + 1..]);
            match key {
                b"path" => self.path = Some(value.to_vec()),
                b"size" => self.size = Some(decimal(value).ok_or_else(malformed)?),
                _ if key.starts_with(b"GNU.sparse.") => return Err(invalid("a sparse file")),
                _ => {}
            }
            records = &records[length..];
        }
        Ok(())
    }
}

/// How much follows data of that size, up to a whole block.
fn padding(size: u64) -> u64 {
    size.wrapping_neg() % BLOCK as u64
}

/// What is before the first zero byte.
fn text(field: &[u8]) -> &[u8] {
    field.split(|&byte| byte == 0).next().unwrap_or(field)
}

/// The number in a header's field: octal digits, or, if the first bit is set,
/// GNU's binary form for large ones.
fn number(field: &[u8]) -> io::Result<u64> {
    let malformed = || invalid("a malformed number");
    if field[0] & 0x80 != 0 {
        let first = u64::from(field[0] & 0x7f);
        return field[1..].iter().try_fold(first, |number, &byte| {
            let shifted = number.checked_mul(256).ok_or_else(malformed)?;
            Ok(shifted | u64::from(byte))
        });
    }
    let digits = std::str::from_utf8(text(field)).map_err(|_| malformed())?;
    match digits.trim_matches(' ') {
        "" => Ok(0),
        digits => u64::from_str_radix(digits, 8).map_err(|_| malformed()),
    }
}

fn decimal(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, format!("malformed archive: {what}"))
}

#[cfg(test)]
mod tests;
