//! Sees which paths a build looks for.
//!
//! A step has a part of the project's files. What rustc, a procedural macro, a build script
//! or anything that it starts looks for in vain may be in the build context, and who does
//! without it makes another program than plain cargo would. So the kernel tells of each call
//! that looks for a path before it is made (seccomp_unotify(2)), and what is below the
//! project's directory and not there is remembered, with the directories that are listed.
//! Cargo's own look-ups are left out: the plan knows what cargo reads. A cargo that a build script
//! starts has the plan's manifests, and what it misses counts.

mod callers;
mod calls;
mod notify;
mod paths;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::thread;

use callers::{asks_for_itself, is_cargo, is_option, process, starts_from};
use calls::{Kind, Saying, Way, ARCHITECTURE};
use notify::{Call, Listener};
use paths::{absolute, lexical, passed, real, MOST_LINKS};

pub use paths::inside;

/// The last path that the watched thread looks for, which nothing has.
const LAST: &str = "/rust-frontend-last";

/// Stands for all files of the build context, which a step has or has not whatever is there:
/// [WholeContext] of plan/lookups.go.
pub const WHOLE: &str = ".";

/// Who starts this program looks for the other, wherever that is.
const GIT: &str = "git";
const REPOSITORY: &str = ".git";

/// The longest path, in bytes.
const LONGEST: usize = 4096;

/// What was looked for below a directory.
#[derive(Default, Debug, PartialEq, Eq)]
pub struct Lookups {
    /// What was not there, by its place below the directory.
    pub missed: BTreeSet<PathBuf>,
    /// The directories that were opened, with the names in them.
    pub listed: BTreeMap<PathBuf, Vec<PathBuf>>,
    /// Those of the plan's own files that were opened.
    pub planned: BTreeSet<PathBuf>,
    /// The programs that were to be started, and whether they were there. What looks for one tries
    /// one directory after the other.
    pub programs: BTreeMap<String, bool>,
    /// What was looked at of the wanted: files, and directories that were opened.
    pub touched: BTreeSet<PathBuf>,
    /// Those of the wanted files that were looked for, and those that were handed over in
    /// place of the plan's.
    pub used: BTreeSet<String>,
}

impl Lookups {
    fn starts(&mut self, program: &Path) {
        let name = program.file_name().unwrap_or_default();
        let there = fs::metadata(program).is_ok_and(|m| m.is_file());
        let known = self.programs.entry(name.to_string_lossy().into_owned());
        *known.or_default() |= there;
    }

    /// The programs that are nowhere.
    pub fn absent_programs(&self) -> Vec<&str> {
        let absent = self.programs.iter().filter(|(_, there)| !**there);
        absent.map(|(name, _)| name.as_str()).collect()
    }
}

/// What a call has to have in place of what it asks for.
enum Other {
    Opened(fs::File),
    /// What there is to say of another file.
    Said(Saying, PathBuf),
}

/// What is looked at.
pub struct Watch<'a> {
    /// The directory.
    pub root: &'a Path,
    /// The plan's own files, links followed.
    pub planned: HashSet<PathBuf>,
    /// Where the project's files are that the plan has written anew, as far as another try
    /// is made for somebody who reads them. Cargo reads the plan's, all others read these.
    pub originals: &'a Path,
    /// Where cargo's outputs are: a build script may leave links there.
    pub outputs: &'a Path,
    /// Files that are there for their names, and empty: who looks for one misses it.
    pub named: HashSet<PathBuf>,
    /// Files and directories that the step has since it looked for them in another try.
    pub wanted: &'a [String],
    /// The process whose look-ups are left out, 0 while there is none.
    pub apart: &'a AtomicU32,
}

/// Does some work on a thread of its own and sees what that and all that it starts looks
/// for. Without a kernel that tells, the work is done all the same, and there are none.
pub fn during<T: Send>(watch: &Watch, work: impl FnOnce() -> T + Send) -> (T, Option<Lookups>) {
    let (tell, told) = mpsc::channel();
    let (done, seen) = thread::scope(|scope| {
        let worker = scope.spawn(move || {
            let listener = notify::listen();
            let listens = listener.is_ok();
            let _ = tell.send(listener.ok());
            // The first look-up shows whether who listens can answer.
            if !listens || fs::metadata("/").is_err() {
                return Err(work);
            }
            let done = work();
            let _ = fs::metadata(LAST);
            Ok(done)
        });
        let seen = told
            .recv()
            .ok()
            .flatten()
            .and_then(|listener| watch.serve(&listener).ok());
        (worker.join(), seen)
    });
    match done {
        Ok(Ok(done)) => (done, seen),
        Ok(Err(work)) => (work(), None),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

impl Watch<'_> {
    /// Answers calls until the last one.
    fn serve(&self, listener: &Listener) -> io::Result<Lookups> {
        let first = listener.receive()?;
        // What cannot be read cannot be watched.
        let readable = matches!(path_of(&first), Ok(Some((path, _))) if path == Path::new("/"));
        if !readable || listener.allow(&first).is_err() {
            listener.refuse(&first)?;
            return Err(io::ErrorKind::Unsupported.into());
        }
        let mut seen = Some(Lookups::default());
        loop {
            let call = listener.receive()?;
            let (path, kind) = match path_of(&call) {
                Ok(Some(found)) => found,
                other => {
                    let denied = |e: io::Error| e.kind() == io::ErrorKind::PermissionDenied;
                    // Of another set of calls, or by another user: what it looks for is not
                    // known. A bad address is none.
                    if call.architecture != ARCHITECTURE
                        || Kind::of(call.number).is_none()
                        || other.is_err_and(denied)
                    {
                        seen = None;
                    }
                    listener.allow(&call)?;
                    continue;
                }
            };
            let last = path == Path::new(LAST);
            let mut other = None;
            if let (Some(seen), false) = (seen.as_mut(), last) {
                other = self.look(&call, kind, path, seen);
            }
            let answered = other.is_some_and(|other| match other {
                // Who has no room for another file is told so by its own call.
                Other::Opened(file) => {
                    let close = kind.closes(&call.arguments);
                    listener.open(&call, &file, close).is_ok()
                }
                Other::Said(how, file) => listener.say(&call, kind, how, &file).is_ok(),
            });
            if !answered {
                listener.allow(&call)?;
            }
            if last {
                if let Some(seen) = seen.as_mut() {
                    if seen.absent_programs().contains(&GIT) {
                        seen.missed.insert(REPOSITORY.into());
                    }
                }
                return seen.ok_or_else(|| io::ErrorKind::Unsupported.into());
            }
        }
    }

    /// Remembers what a call looks for, and gives what it has to have in place of that.
    fn look(&self, call: &Call, kind: &Kind, path: PathBuf, seen: &mut Lookups) -> Option<Other> {
        if is_option(call, &path) {
            return None; // a linker looks for each of its arguments
        }
        let path = absolute(call, kind, path)?;
        if kind.starts() && !self.is_apart(call) {
            seen.starts(&path);
        }
        let opens = kind.way == Way::Open;
        let goes_on = opens && kind.follows(&call.arguments);
        let path = self.in_root(call, path, goes_on, seen)?;
        let found = if kind.follows(&call.arguments) {
            fs::metadata(&path)
        } else {
            fs::symlink_metadata(&path)
        };
        match &found {
            Ok(m) if m.is_file() || opens && m.is_dir() => self.touch(call, &path, seen),
            _ => {}
        }
        match found {
            Ok(m) if opens && m.is_dir() => {
                let inside = inside(&path, self.root)?;
                if !seen.listed.contains_key(&inside) && !self.is_apart(call) {
                    seen.listed.insert(inside, names(&path));
                }
            }
            Ok(m) if m.is_file() && m.len() == 0 && self.is_named(&path) => {
                self.miss(call, &path, seen);
            }
            Ok(m) if opens && !m.is_symlink() && self.is_planned(&path) => {
                if self.is_by_cargo(call) || starts_from(call, &path) {
                    return None;
                }
                let inside = inside(&path, self.root)?;
                let original = fs::File::open(self.originals.join(&inside));
                if let (Ok(file), true) = (original, kind.reads(&call.arguments)) {
                    seen.used.insert(inside.to_string_lossy().into_owned());
                    return Some(Other::Opened(file));
                }
                seen.planned.insert(inside);
            }
            Ok(m) if !opens && m.is_file() && self.is_planned(&path) => {
                return self.say_of_original(call, kind, &path);
            }
            Ok(_) => {}
            Err(e) if is_missing(&e) && kind.creates(&call.arguments) => {
                // Where it would be may be missing as well.
                let above = path.parent().unwrap_or(&path);
                if fs::metadata(above).is_err() {
                    self.miss(call, above, seen);
                }
            }
            Err(e) if is_missing(&e) && !asks_for_itself(call, kind, &path) => {
                self.miss(call, &path, seen);
            }
            Err(_) => {}
        }
        None
    }

    /// What is said of a file that the plan has written to others than cargo, where they get the
    /// project's own when they open it: cp(1) and tar(1) see that it is the same file.
    fn say_of_original(&self, call: &Call, kind: &Kind, path: &Path) -> Option<Other> {
        let original = self.originals.join(inside(path, self.root)?);
        let how = kind.says()?;
        (!self.is_by_cargo(call) && original.is_file()).then_some(Other::Said(how, original))
    }

    /// A path that leads below the directory, or none. Of those that begin elsewhere and
    /// get there by a link, what is missed or opened through it counts.
    fn in_root(
        &self,
        call: &Call,
        path: PathBuf,
        goes_on: bool,
        seen: &mut Lookups,
    ) -> Option<PathBuf> {
        let begins_there = lexical(&path).starts_with(self.root);
        if !begins_there && !leads_elsewhere(&path, self.outputs) {
            return None;
        }
        if seen.used.len() < self.wanted.len() && !self.is_apart(call) {
            self.use_(&path, seen);
        }
        if begins_there {
            return Some(path);
        }
        if fs::metadata(&path).is_err() {
            self.miss(call, &path, seen);
            return None;
        }
        let real = goes_on.then(|| fs::canonicalize(&path).ok()).flatten()?;
        real.starts_with(self.root).then_some(real)
    }

    /// Notes what is there of what is wanted.
    fn touch(&self, call: &Call, path: &Path, seen: &mut Lookups) {
        let path = lexical(path);
        let Ok(inside) = path.strip_prefix(self.root) else {
            return;
        };
        let mut wanted = self.wanted.iter();
        let wanted = wanted.any(|w| inside.starts_with(w) || w == WHOLE);
        let known = inside.as_os_str().is_empty() || seen.touched.contains(inside);
        if wanted && !known && !self.is_apart(call) {
            seen.touched.insert(inside.to_path_buf());
        }
    }

    /// Notes which of the wanted files a path stands for, if it is there.
    pub fn use_(&self, path: &Path, seen: &mut Lookups) {
        for path in passed(path).chain([path]) {
            let Ok(real) = fs::canonicalize(path) else {
                return;
            };
            for path in [&real, &lexical(path)] {
                let Ok(inside) = path.strip_prefix(self.root) else {
                    continue;
                };
                let wanted = self.wanted.iter();
                let used = wanted.filter(|w| inside.starts_with(w) || *w == WHOLE);
                seen.used.extend(used.cloned());
            }
        }
    }

    fn miss(&self, call: &Call, path: &Path, seen: &mut Lookups) {
        let missing = passed(path).filter(|dir| fs::metadata(dir).is_err());
        for path in missing.chain([path]) {
            let real = real(path, MOST_LINKS);
            let Ok(inside) = real.strip_prefix(self.root) else {
                continue;
            };
            if !seen.missed.contains(inside) && !self.is_apart(call) {
                seen.missed.insert(inside.to_path_buf());
            }
        }
    }

    /// Whether a file is one of the plan's, by whatever links it is reached.
    fn is_planned(&self, path: &Path) -> bool {
        fs::canonicalize(path).is_ok_and(|real| self.planned.contains(&real))
    }

    /// The same of the files that are there for their names.
    pub fn is_named(&self, path: &Path) -> bool {
        let named = |real| self.named.contains(&real);
        !self.named.is_empty() && fs::canonicalize(path).is_ok_and(named)
    }

    /// Whether a call is made by any cargo: that of a build script has the plan's files too.
    fn is_by_cargo(&self, call: &Call) -> bool {
        self.is_apart(call) || is_cargo(call.thread)
    }

    /// Whether a call comes from the process whose look-ups are left out, or from a cargo
    /// that it has started itself, as `cargo clippy` does.
    fn is_apart(&self, call: &Call) -> bool {
        let apart = self.apart.load(Ordering::Relaxed);
        let mut process = process(call.thread, "Tgid:");
        loop {
            match process {
                Some(id) if id == apart => return true,
                Some(id) if is_cargo(id) && apart == 0 => return true, // it has just been started
                Some(id) if is_cargo(id) => process = self::process(id, "PPid:"),
                _ => return false,
            }
        }
    }
}

/// Whether a path that begins elsewhere may lead to the project by a link.
fn leads_elsewhere(path: &Path, outputs: &Path) -> bool {
    path.starts_with(outputs) || path.starts_with("/proc")
}

fn is_missing(e: &io::Error) -> bool {
    const ENOTDIR: i32 = 20;
    e.kind() == io::ErrorKind::NotFound || e.raw_os_error() == Some(ENOTDIR)
}

/// The names in a directory.
pub fn names(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries.map(|e| PathBuf::from(e.file_name())).collect()
}

/// The path that a call looks for, as it says it, if the call is known and there is one. It
/// fails where the memory of who calls cannot be read.
fn path_of(call: &Call) -> io::Result<Option<(PathBuf, &'static Kind)>> {
    let Some(kind) = Kind::of(call.number).filter(|_| call.architecture == ARCHITECTURE) else {
        return Ok(None);
    };
    let mut text = [0; LONGEST];
    // Less when the memory ends there.
    let read = call.read(call.arguments[usize::from(kind.path)], &mut text)?;
    let end = text[..read].iter().position(|&b| b == 0);
    Ok(end.map(|end| (OsStr::from_bytes(&text[..end]).into(), kind)))
}

#[cfg(test)]
mod tests;
