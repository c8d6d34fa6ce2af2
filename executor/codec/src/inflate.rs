//! Reads gzip streams (RFC 1952), with a decoder of DEFLATE (RFC 1951) of its own.

mod bits;
mod crc;
mod huffman;

use bits::Input;
use crc::Crc;
use huffman::*;
use std::io::{self, ErrorKind, Read};

/// The most input that one turn of the decoder's loop loads from.
const TURN_IN: usize = 16;
/// How far back a match may reach (RFC 1951, section 2).
const WINDOW: usize = 32 << 10;
/// Room for what one turn of the decoder's loop may write: literals, a match of
/// 258 bytes, and what is written beyond its end.
const TURN_OUT: usize = 320;
const OUTPUT: usize = WINDOW + (64 << 10) + TURN_OUT;

/// The uncompressed data of a gzip stream.
pub struct Inflate<R: Read> {
    input: Input<R>,
    output: Box<[u8; OUTPUT]>,
    /// The end of the data in `output`.
    filled: usize,
    /// The end of what the reader has taken of it.
    given: usize,
    /// Where the data of the current member starts: no match reaches before.
    start: usize,
    /// The length of the current member's data, and its checksum.
    length: u32,
    crc: Crc,
    literals: Table<LITERAL_BITS, 8192>,
    distances: Table<DISTANCE_BITS, 2048>,
    state: State,
    last_block: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    First,
    Header,
    Block,
    Stored(usize),
    Coded,
    Trailer,
    Done,
    Failed,
}

/// Reads the gzip stream that `reader` gives. Members that follow each other
/// are read as one (RFC 1952, section 2.2). Anything else after a member is an
/// error, as is each mismatch of a member's checksum or length.
pub fn gzip<R: Read>(reader: R) -> Inflate<R> {
    Inflate {
        input: Input::new(reader),
        output: zeroed(),
        filled: 0,
        given: 0,
        start: 0,
        length: 0,
        crc: Crc::new(),
        literals: Table::new(),
        distances: Table::new(),
        state: State::First,
        last_block: false,
    }
}

impl<R: Read> Read for Inflate<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.given == self.filled && !into.is_empty() {
            if self.state == State::Done {
                return Ok(0);
            }
            if let Err(error) = self.step() {
                self.state = State::Failed;
                return Err(error);
            }
        }
        let size = into.len().min(self.filled - self.given);
        into[..size].copy_from_slice(&self.output[self.given..][..size]);
        self.given += size;
        Ok(size)
    }
}

impl<R: Read> Inflate<R> {
    /// Goes on by one part of the stream. All output must have been taken.
    fn step(&mut self) -> io::Result<()> {
        self.state = match self.state {
            State::First => self.header()?,
            State::Header if self.input.at_end()? => State::Done,
            State::Header => self.header()?,
            State::Block if self.last_block => State::Trailer,
            State::Block => self.block()?,
            State::Stored(left) => self.stored(left)?,
            State::Coded => self.coded()?,
            State::Trailer => self.trailer()?,
            State::Done => State::Done,
            State::Failed => return Err(invalid("reading on after an error")),
        };
        Ok(())
    }

    /// Reads a member's header (RFC 1952, section 2.3).
    fn header(&mut self) -> io::Result<State> {
        let mut crc = Crc::new();
        let mut byte = || -> io::Result<u8> {
            let byte = self.input.take(8)? as u8;
            crc.update(&[byte]);
            Ok(byte)
        };
        if (byte()?, byte()?) != (0x1f, 0x8b) {
            return Err(invalid("no gzip header"));
        }
        let (method, flags) = (byte()?, byte()?);
        if method != 8 || flags & 0xe0 != 0 {
            return Err(invalid("an unknown method or flag"));
        }
        // The time, the compressor's own flags and the system say nothing here.
        for _ in 0..6 {
            byte()?;
        }
        if flags & 4 != 0 {
            let size = u16::from_le_bytes([byte()?, byte()?]);
            for _ in 0..size {
                byte()?;
            }
        }
        // A name, and a comment.
        for flag in [8, 16] {
            while flags & flag != 0 && byte()? != 0 {}
        }
        if flags & 2 != 0 && self.input.take(16)? != crc.value() & 0xffff {
            return Err(invalid("a wrong checksum of the header"));
        }
        self.start = self.filled;
        self.length = 0;
        self.crc = Crc::new();
        self.last_block = false;
        Ok(State::Block)
    }

    /// Compares the member's data to its trailer (RFC 1952, section 2.3.1).
    fn trailer(&mut self) -> io::Result<State> {
        self.input.align();
        let crc = self.input.take(16)? | self.input.take(16)? << 16;
        let length = self.input.take(16)? | self.input.take(16)? << 16;
        if crc != self.crc.value() {
            return Err(invalid("a wrong checksum"));
        }
        if length != self.length {
            return Err(invalid("a wrong length"));
        }
        Ok(State::Header)
    }

    /// Reads the start of a block (RFC 1951, section 3.2.3).
    fn block(&mut self) -> io::Result<State> {
        self.last_block = self.input.take(1)? == 1;
        match self.input.take(2)? {
            0 => {
                self.input.align();
                let length = self.input.take(16)?;
                if self.input.take(16)? != length ^ 0xffff {
                    return Err(invalid("a wrong length of a stored block"));
                }
                self.input.unload();
                Ok(State::Stored(length as usize))
            }
            1 => self.fixed_codes(),
            2 => self.dynamic_codes(),
            _ => Err(invalid("an unknown kind of block")),
        }
    }

    /// Sets the codes of RFC 1951, section 3.2.6.
    fn fixed_codes(&mut self) -> io::Result<State> {
        let mut lengths = [8; 288];
        lengths[144..256].fill(9);
        lengths[256..280].fill(7);
        self.literals.set(&lengths, &LITERALS)?;
        self.distances.set(&[5; 32], &DISTANCES)?;
        Ok(State::Coded)
    }

    /// Reads the codes of a block (RFC 1951, section 3.2.7).
    fn dynamic_codes(&mut self) -> io::Result<State> {
        const ORDER: [usize; 19] = [
            16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
        ];
        let literals = self.input.take(5)? as usize + 257;
        let distances = self.input.take(5)? as usize + 1;
        if literals > 286 || distances > 30 {
            return Err(invalid("too many codes"));
        }
        let count = self.input.take(4)? as usize + 4;
        let mut lengths = [0; 19];
        for &symbol in &ORDER[..count] {
            lengths[symbol] = self.input.take(3)? as u8;
        }
        // Its place is free until the real distances are set.
        self.distances.set(&lengths, &CODE_LENGTHS)?;
        let lengths = self.code_lengths(literals + distances)?;
        if lengths[256] == 0 {
            return Err(invalid("a block that cannot end"));
        }
        self.literals.set(&lengths[..literals], &LITERALS)?;
        self.distances
            .set(&lengths[literals..][..distances], &DISTANCES)?;
        Ok(State::Coded)
    }

    /// Reads the lengths of `total` codes, which are themselves coded.
    fn code_lengths(&mut self, total: usize) -> io::Result<[u8; 320]> {
        let mut lengths = [0; 320];
        let mut at = 0;
        while at < total {
            let entry = self.distances.first(self.input.peek()?);
            if entry & SPECIAL != 0 {
                return Err(invalid("an unknown code of a length"));
            }
            self.input.take(entry & 0xff)?;
            let (value, times) = match entry >> 16 {
                16 if at == 0 => return Err(invalid("no length to repeat")),
                16 => (lengths[at - 1], 3 + self.input.take(2)?),
                17 => (0, 3 + self.input.take(3)?),
                18 => (0, 11 + self.input.take(7)?),
                length => (length as u8, 1),
            };
            let end = at + times as usize;
            if end > total {
                return Err(invalid("too many lengths"));
            }
            lengths[at..end].fill(value);
            at = end;
        }
        Ok(lengths)
    }

    /// Copies a part of a stored block (RFC 1951, section 3.2.4).
    fn stored(&mut self, left: usize) -> io::Result<State> {
        self.slide();
        let room = self.output[self.filled..].len() - TURN_OUT;
        let size = self
            .input
            .copy(&mut self.output[self.filled..][..left.min(room)])?;
        self.produced(self.filled + size);
        Ok(match left - size {
            0 => State::Block,
            left => State::Stored(left),
        })
    }

    /// Decodes as much of a block as there is room for.
    fn coded(&mut self) -> io::Result<State> {
        self.slide();
        let mut at = self.filled;
        let mut ended = Ok(false);
        while at <= OUTPUT - TURN_OUT && matches!(ended, Ok(false)) {
            self.input.fill(TURN_IN)?;
            (at, ended) = self.decode(at);
            // What was decoded of the padding means nothing, so this comes first.
            self.input.check()?;
        }
        let ended = ended?;
        self.produced(at);
        Ok(if ended { State::Block } else { State::Coded })
    }

    /// Decodes symbols until the block ends, or input or room may not last for
    /// one more turn. Gives the new end of the output, and whether it was the
    /// block's end.
    fn decode(&mut self, mut at: usize) -> (usize, io::Result<bool>) {
        let input = &self.input.buffer[..];
        let last = self.input.limit - TURN_IN;
        let output = &mut *self.output;
        let (literals, distances) = (&self.literals, &self.distances);
        let mut bits = self.input.bits;
        let ended = loop {
            if bits.next > last || at > OUTPUT - TURN_OUT {
                break Ok(false);
            }
            // There are 56 bits now. Three literals of the first table take up
            // to 33 of them, and a length up to 20.
            bits.load(input);
            let mut entry = literals.first(bits.held);
            for _ in 0..3 {
                if entry & LITERAL == 0 {
                    break;
                }
                output[at] = (entry >> 16) as u8;
                at += 1;
                bits.skip(entry & 0xff);
                entry = literals.first(bits.held);
            }
            if entry & SUBTABLE != 0 {
                bits.skip(LITERAL_BITS);
                entry = literals.second(entry, bits.held);
            }
            if entry & LITERAL != 0 {
                output[at] = (entry >> 16) as u8;
                at += 1;
                bits.skip(entry & 0xff);
                continue;
            }
            if entry & SPECIAL != 0 {
                bits.skip(entry & 0xff);
                let end = entry & END != 0;
                break end
                    .then_some(true)
                    .ok_or_else(|| invalid("an unknown code"));
            }
            let length = bits.value(entry);
            // A distance takes up to 28 bits.
            bits.load(input);
            let mut entry = distances.first(bits.held);
            if entry & SUBTABLE != 0 {
                bits.skip(DISTANCE_BITS);
                entry = distances.second(entry, bits.held);
            }
            if entry & SPECIAL != 0 {
                break Err(invalid("an unknown code of a distance"));
            }
            let distance = bits.value(entry);
            if distance > at - self.start {
                break Err(invalid("a match before the start"));
            }
            copy_match(output, at, distance, length);
            at += length;
        };
        self.input.bits = bits;
        (at, ended)
    }

    /// Counts the output up to `end` to the member, and offers it to the reader.
    fn produced(&mut self, end: usize) {
        let added = &self.output[self.filled..end];
        self.length = self.length.wrapping_add(added.len() as u32);
        self.crc.update(added);
        self.filled = end;
    }

    /// Makes room in a full output, of which only the window is still needed.
    fn slide(&mut self) {
        if self.filled >= OUTPUT - TURN_OUT {
            let shift = self.filled - WINDOW;
            self.output.copy_within(shift..self.filled, 0);
            self.start = self.start.saturating_sub(shift);
            self.filled = WINDOW;
            self.given = WINDOW;
        }
    }
}

/// Copies a match (RFC 1951, section 3.2.3), which may overlap itself. May write
/// up to 15 bytes more than that.
#[inline(always)]
fn copy_match(output: &mut [u8; OUTPUT], at: usize, distance: usize, length: usize) {
    let from = at - distance;
    if distance >= 16 {
        // A fixed size needs no call, and most matches are short.
        let mut done = 0;
        while done < length {
            let mut part = [0; 16];
            part.copy_from_slice(&output[from + done..][..16]);
            output[at + done..][..16].copy_from_slice(&part);
            done += 16;
        }
    } else if distance == 1 {
        let byte = output[from];
        output[at..][..length].fill(byte);
    } else {
        for done in 0..length {
            output[at + done] = output[from + done];
        }
    }
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(
        ErrorKind::InvalidData,
        format!("malformed gzip stream: {what}"),
    )
}

/// An array of zeros that never was on the stack.
fn zeroed<T: Copy + Default, const SIZE: usize>() -> Box<[T; SIZE]> {
    match vec![T::default(); SIZE].into_boxed_slice().try_into() {
        Ok(array) => array,
        Err(_) => unreachable!("it has that size"),
    }
}

#[cfg(test)]
mod tests;
