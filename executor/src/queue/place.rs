//! The place of a step among those that wait: a file with a lock on it, which holds what
//! was offered to the step, and a socket that wakes the step.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use super::directory::{Directory, Priority};
use super::lock;
use super::state::{now, Entry};

/// How often a step that has no socket looks.
const WITHOUT_SOCKET: Duration = Duration::from_millis(50);

/// A slot that may be free, and the step that says so.
pub struct Offer {
    /// None if it makes no sense, which is declined like one that comes too late.
    pub slot: Option<usize>,
    pub from: String,
}

/// What has become of a step that waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Waits,
    HasOffer,
    /// It has its slot, or is dead.
    Gone,
}

pub struct Place {
    dir: Directory,
    entry: Entry,
    /// Locked.
    file: File,
    socket: Option<UnixDatagram>,
}

impl Place {
    /// Adds a step to those that wait. The file is locked before others see it, or they
    /// would take the step for dead.
    pub fn enter(dir: &Directory, priority: &Priority) -> io::Result<Place> {
        let (id, hidden, file) = dir.create_hidden(&dir.queue())?;
        let entry = Entry {
            arrival: now(),
            id,
            priority: priority.clone(),
        };
        let place = Place {
            socket: UnixDatagram::bind(dir.socket(&entry.id)).ok(),
            dir: dir.clone(),
            entry,
            file,
        };
        let locked = match lock::try_lock(&place.file) {
            Ok(true) => fs::rename(&hidden, place.path()),
            Ok(false) => Err(io::ErrorKind::WouldBlock.into()),
            Err(e) => Err(e),
        };
        if locked.is_err() {
            let _ = fs::remove_file(&hidden);
        }
        locked.map(|()| place)
    }

    /// Changes the step's priority, but not when it came.
    pub fn change(&mut self, priority: &Priority) -> io::Result<()> {
        let mut entry = self.entry.clone();
        entry.priority = priority.clone();
        fs::rename(self.path(), self.dir.entry(&entry))?;
        self.entry = entry;
        Ok(())
    }

    pub fn is(&self, entry: &Entry) -> bool {
        self.entry.id == entry.id
    }

    /// Lets those who free a slot know whom to wake.
    pub fn say_that_it_chooses(&self, turn: &File) {
        let _ = turn.write_all_at(self.entry.id.as_bytes(), 0);
    }

    /// Sleeps until somebody wakes the step, or some time has passed.
    pub fn rest(&self, time: Duration) {
        let heard = self.socket.as_ref().map(|socket| {
            socket.set_read_timeout(Some(time))?;
            socket.recv(&mut [0; 8])
        });
        match heard {
            Some(Ok(_)) => {}
            Some(Err(e)) if is_timeout(e.kind()) => {}
            _ => thread::sleep(time.min(WITHOUT_SOCKET)),
        }
    }

    /// What was offered to the step, if anything.
    pub fn offer(&self) -> Option<Offer> {
        let mut text = [0; 64];
        let length = self.file.read_at(&mut text, 0).unwrap_or(0);
        if length == 0 {
            return None;
        }
        let text = String::from_utf8_lossy(&text[..length]);
        let (slot, from) = text.trim_end().split_once(' ').unwrap_or_default();
        Some(Offer {
            slot: slot.parse().ok(),
            from: from.to_string(),
        })
    }

    pub fn decline(&self) -> io::Result<()> {
        self.file.set_len(0)
    }

    /// Removes the step from those that wait.
    pub fn leave(&self) {
        let _ = fs::remove_file(self.path());
        let _ = fs::remove_file(self.dir.socket(&self.entry.id));
    }

    fn path(&self) -> PathBuf {
        self.dir.entry(&self.entry)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.leave();
    }
}

fn is_timeout(kind: io::ErrorKind) -> bool {
    use io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(kind, WouldBlock | TimedOut | Interrupted)
}

/// Sends something to a socket. Never waits: a step that has not read older messages
/// wakes up anyway.
pub fn send(path: &Path) -> io::Result<()> {
    let socket = UnixDatagram::unbound()?;
    socket.set_nonblocking(true)?;
    socket.send_to(b"!", path).map(drop)
}

impl Directory {
    /// Wakes a step. One without a socket looks by itself.
    pub fn poke(&self, id: &str) {
        if super::directory::is_name(id) {
            let _ = send(&self.socket(id));
        }
    }

    /// Wakes the one that chooses, or did so last.
    pub fn poke_chooser(&self) {
        self.poke(&fs::read_to_string(self.turn()).unwrap_or_default());
    }

    /// Offers a slot to a step, and wakes it. It may be gone.
    pub fn offer(&self, to: &Entry, slot: usize, from: &Place) -> io::Result<()> {
        let file = match OpenOptions::new().write(true).open(self.entry(to)) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
            file => file?,
        };
        file.write_all_at(format!("{slot} {}\n", from.entry.id).as_bytes(), 0)?;
        self.poke(&to.id);
        Ok(())
    }

    /// What has become of a step. Removes what is left of one that is dead.
    pub fn standing(&self, entry: &Entry) -> Standing {
        let path = self.entry(entry);
        let Ok(file) = File::open(&path) else {
            return Standing::Gone;
        };
        if lock::is_free(&file).unwrap_or(false) {
            let _ = fs::remove_file(&path);
            let _ = fs::remove_file(self.socket(&entry.id));
            return Standing::Gone;
        }
        match file.metadata() {
            Ok(m) if m.len() > 0 => Standing::HasOffer,
            _ => Standing::Waits,
        }
    }
}
