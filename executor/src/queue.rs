//! Lets only as many steps compile at once as there are processors.
//!
//! BuildKit starts all steps that are ready, of all builds, each in a container of its
//! own. They share one directory, and a step waits for its turn there. A build's most
//! urgent step goes first, and builds take turns: see [`state`].
//!
//! Who compiles holds a lock on the file of a slot. The kernel drops the locks of a
//! process that dies, and nothing else keeps a slot taken: so there are never too many
//! holders, whatever else goes wrong. One of the waiting, who holds the lock on the file
//! `turn`, chooses: it looks for a free slot and offers it to whoever comes first. The
//! others sleep on a socket.
//!
//! Why nobody sleeps for ever while a slot is free:
//!  * Who chooses never sleeps for long, and looks at all slots each time. Whoever frees a
//!    slot wakes it, after that: so it sees the slot now or when it wakes.
//!  * Whoever stops choosing unlocks the turn, and only then lists who waits and wakes
//!    one. Whoever waits adds itself to the list, and only then tries the turn. So it is
//!    on the list, or finds the turn unlocked.
//!  * If the one that was woken, or who chooses, dies then, or a message is lost: all try
//!    the turn each [`PATIENCE`].
//!  * An offer is a line in the file of the one that waits. If that one is dead, nobody
//!    has a lock on its file. If it does not answer in time, it is passed over until it
//!    does. If the one that chooses dies meanwhile, the slot is as free as before.
//!
//! Why nobody waits in a circle: who holds the turn, or a slot, never waits for a lock but
//! that on an account, whose holder waits for nothing.

mod directory;
mod lock;
mod place;
mod state;

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};

use directory::{Directory, Priority};
use place::{Place, Standing};
use state::{Entry, State};

/// How often the one that chooses looks for a free slot. It is told of one, unless the
/// holder was killed.
const LOOK: Duration = Duration::from_millis(10);
/// How often the others see whether somebody still chooses.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long a step may take to answer an offer.
const ANSWER: Duration = Duration::from_secs(1);
/// How long a step waits before it says so.
const QUIET: Duration = Duration::from_secs(2);

/// Says which build each layer belongs to, and how urgent it is: from 0 to 999, the most
/// urgent. The last one to say so of a layer is believed.
pub fn prioritise(dir: &Path, build: &str, layers: &[(String, u32)]) -> io::Result<()> {
    let dir = Directory::open(dir)?;
    dir.set_priorities(build, layers)?;
    dir.sweep();
    Ok(())
}

/// Waits until one of the processors is free, and it is the layer's turn. None when the
/// directory is of no use: then steps do not wait, which costs memory and no more.
pub fn acquire(
    dir: &Path,
    layer: &str,
    processors: usize,
    say: &mut dyn FnMut(&str),
) -> Option<Slot> {
    Step::new(dir, layer, processors)
        .and_then(|step| step.wait(say))
        .ok()
}

/// A turn, which ends when this is dropped.
pub struct Slot {
    dir: Directory,
    /// Locked.
    file: File,
    build: String,
    start: Instant,
}

impl Drop for Slot {
    /// Errors make the next turns less fair, and no more.
    fn drop(&mut self) {
        let _ = self.file.set_len(0); // or the time would be counted twice
        let _ = self.dir.charge(&self.build, self.start.elapsed());
        // A process that is just being started may have the file too, so closing it is
        // not enough.
        let _ = lock::unlock(&self.file);
        self.dir.poke_chooser();
    }
}

/// A step that wants a slot.
struct Step {
    dir: Directory,
    layer: String,
    priority: Priority,
    slots: Vec<File>,
    /// How many slots there are.
    processors: usize,
    turn: File,
    /// Whether it has locked the turn.
    chooses: bool,
}

impl Step {
    fn new(dir: &Path, layer: &str, processors: usize) -> io::Result<Step> {
        let dir = Directory::open(dir)?;
        let processors = processors.max(1).max(dir.known_slots());
        Ok(Step {
            layer: layer.to_string(),
            priority: dir.priority(layer),
            slots: (0..processors)
                .map(|i| lock::open(&dir.slot(i)))
                .collect::<io::Result<_>>()?,
            processors,
            turn: lock::open(&dir.turn())?,
            chooses: false,
            dir,
        })
    }

    fn wait(mut self, say: &mut dyn FnMut(&str)) -> io::Result<Slot> {
        self.chooses = lock::try_lock(&self.turn)?;
        if self.chooses {
            if let Some(slot) = self.at_once()? {
                return Ok(slot);
            }
        }
        let start = Instant::now();
        let (slot, said) = self.queue(start, say)?;
        if said {
            let waited = start.elapsed().as_secs_f64();
            say(&format!("waited {waited:.1} s for a processor"));
        }
        Ok(slot)
    }

    /// Takes a slot if one is free and nobody waits.
    fn at_once(&mut self) -> io::Result<Option<Slot>> {
        let Some(free) = self.free()? else {
            return Ok(None);
        };
        let mut state = self.state()?;
        state
            .waiting
            .retain(|entry| self.dir.standing(entry) != Standing::Gone);
        if !state.waiting.is_empty() {
            lock::unlock(&self.slots[free])?;
            return Ok(None);
        }
        self.arrive(&state);
        let file = self.slots.swap_remove(free);
        let slot = self.take(file);
        self.pass_turn();
        Ok(Some(slot))
    }

    /// Waits among the others. Tells also whether it has said that it does.
    fn queue(&mut self, start: Instant, say: &mut dyn FnMut(&str)) -> io::Result<(Slot, bool)> {
        self.arrive(&self.state()?);
        let mut place = Place::enter(&self.dir, &self.priority)?;
        let (mut said, mut announced) = (false, false);
        loop {
            self.learn(&mut place);
            // Nobody offers anything to the one that chooses, so an offer that it has is
            // read after it has got the turn.
            self.chooses = self.chooses || lock::try_lock(&self.turn)?;
            if let Some(slot) = self.accept(&place)? {
                return Ok((slot, said));
            }
            if self.chooses {
                if !announced {
                    place.say_that_it_chooses(&self.turn);
                    announced = true;
                }
                if let Some(slot) = self.choose(&place)? {
                    return Ok((slot, said));
                }
            }
            let left = QUIET.saturating_sub(start.elapsed());
            if !said && left.is_zero() {
                say("waiting for a processor");
                said = true;
            }
            place.rest(match (self.chooses, left.is_zero()) {
                (true, _) => LOOK,
                (false, true) => PATIENCE,
                (false, false) => PATIENCE.min(left),
            });
        }
    }

    /// Hears late what the step's build is, which may be said after the step has started.
    fn learn(&mut self, place: &mut Place) {
        if self.priority.is_known() {
            return;
        }
        let priority = self.dir.priority(&self.layer);
        if !priority.is_known() {
            return;
        }
        self.priority = priority;
        if let Ok(state) = self.state() {
            self.arrive(&state);
        }
        let _ = place.change(&self.priority); // or it waits as what it was
    }

    /// Takes the slot that somebody has offered to this step. It may be gone by now.
    fn accept(&mut self, place: &Place) -> io::Result<Option<Slot>> {
        let Some(offer) = place.offer() else {
            return Ok(None);
        };
        let mut slot = None;
        if let Some(i) = offer.slot {
            // A step that was told of fewer processors has not opened this one.
            let file = lock::open(&self.dir.slot(i))?;
            if lock::try_lock(&file)? {
                slot = Some(self.take(file));
            }
        }
        match slot {
            Some(_) => place.leave(),
            None => place.decline()?,
        }
        self.dir.poke(&offer.from);
        if slot.is_some() && self.chooses {
            self.pass_turn();
        }
        Ok(slot)
    }

    /// Hands out the slots that are free, until there is none or one is this step's own.
    fn choose(&mut self, place: &Place) -> io::Result<Option<Slot>> {
        while let Some(free) = self.free()? {
            let mut handed_out = false;
            for entry in self.state()?.order() {
                if place.is(entry) {
                    break;
                }
                handed_out = self.hand_out(free, entry, place)?;
                if handed_out {
                    break;
                }
            }
            if !handed_out {
                let file = self.slots.swap_remove(free);
                let slot = self.take(file);
                place.leave();
                self.pass_turn();
                return Ok(Some(slot));
            }
        }
        Ok(None)
    }

    /// Offers a slot, and gives the other step time to lock it. Nobody may try the slots
    /// meanwhile, or that step could find its slot taken. False if nobody is there to
    /// answer.
    fn hand_out(&self, slot: usize, entry: &Entry, place: &Place) -> io::Result<bool> {
        if self.dir.standing(entry) != Standing::Waits {
            return Ok(false);
        }
        lock::unlock(&self.slots[slot])?;
        self.dir.offer(entry, slot, place)?;
        let start = Instant::now();
        while self.dir.standing(entry) == Standing::HasOffer && start.elapsed() < ANSWER {
            place.rest(LOOK);
        }
        Ok(true)
    }

    /// A slot that was free, and is locked now. Empties what the dead have left in others.
    fn free(&self) -> io::Result<Option<usize>> {
        let mut found = None;
        for (i, file) in self.slots.iter().enumerate() {
            if !lock::try_lock(file)? {
                continue;
            }
            if file.metadata()?.len() > 0 {
                file.set_len(0)?;
            }
            if found.is_none() {
                found = Some(i);
            } else {
                lock::unlock(file)?;
            }
        }
        Ok(found)
    }

    /// Makes a slot that is locked the step's own.
    fn take(&self, file: File) -> Slot {
        let text = state::running(&self.priority.build);
        let _ = file.set_len(0);
        let _ = file.write_all_at(text.as_bytes(), 0); // without it, turns are less fair
        Slot {
            dir: self.dir.clone(),
            file,
            build: self.priority.build.clone(),
            start: Instant::now(),
        }
    }

    /// Lets somebody else choose: the one that is next, who may get a slot without an
    /// offer then.
    fn pass_turn(&mut self) {
        self.chooses = false;
        if lock::unlock(&self.turn).is_err() {
            return; // it is closed soon
        }
        let Ok(state) = self.state() else { return };
        for entry in state.order() {
            if self.dir.standing(entry) == Standing::Waits {
                self.dir.poke(&entry.id);
                return;
            }
        }
    }

    fn state(&self) -> io::Result<State> {
        State::read(&self.dir, self.processors)
    }

    fn arrive(&self, state: &State) {
        state.arrive(&self.dir, &self.priority.build);
    }
}

#[cfg(test)]
mod tests;
