//! Bits of the input of a DEFLATE stream.

use super::zeroed;
use std::io::{self, ErrorKind, Read};

/// How much input is held at most.
const INPUT: usize = 64 << 10;
/// Zeros that follow the last input, so that the decoder may load whole words.
/// A stream that uses any of them is truncated.
const PADDING: usize = 32;

/// Bits of the input, the next one lowest (RFC 1951, section 3.1.1).
#[derive(Clone, Copy)]
pub(super) struct Bits {
    pub(super) held: u64,
    /// How many bits count. Those above are the start of the next bytes, or zero.
    pub(super) count: u32,
    /// The place of the next byte in the buffer.
    pub(super) next: usize,
}

impl Bits {
    /// Makes 56 bits or more available.
    #[inline(always)]
    pub(super) fn load(&mut self, input: &[u8]) {
        let mut word = [0; 8];
        word.copy_from_slice(&input[self.next..][..8]);
        self.held |= u64::from_le_bytes(word) << self.count;
        self.next += ((63 - self.count) >> 3) as usize;
        self.count |= 56;
    }

    #[inline(always)]
    pub(super) fn skip(&mut self, count: u32) {
        self.held >>= count & 63;
        self.count -= count;
    }

    /// Skips a code and its extra bits, and gives the number they stand for.
    #[inline(always)]
    pub(super) fn value(&mut self, entry: u32) -> usize {
        let (all, code) = (entry & 0xff, entry >> 8 & 15);
        let extra = (self.held & ((1 << all) - 1)) >> code;
        self.skip(all);
        (entry >> 16) as usize + extra as usize
    }
}

pub(super) struct Input<R> {
    pub(super) reader: R,
    pub(super) buffer: Box<[u8; INPUT + PADDING]>,
    pub(super) bits: Bits,
    /// The end of what was read.
    pub(super) end: usize,
    /// The end of what may be loaded: after the last input, with the padding.
    pub(super) limit: usize,
    pub(super) ended: bool,
}

impl<R: Read> Input<R> {
    pub(super) fn new(reader: R) -> Self {
        let bits = Bits {
            held: 0,
            count: 0,
            next: 0,
        };
        let buffer = zeroed();
        Input {
            reader,
            buffer,
            bits,
            end: 0,
            limit: 0,
            ended: false,
        }
    }

    /// Reads on until `size` bytes can be loaded.
    pub(super) fn fill(&mut self, size: usize) -> io::Result<()> {
        if self.bits.next + size > self.limit && !self.ended {
            self.unload();
            self.buffer.copy_within(self.bits.next..self.end, 0);
            self.end -= self.bits.next;
            self.bits.next = 0;
            while self.end < size && !self.ended {
                match self.reader.read(&mut self.buffer[self.end..INPUT]) {
                    Ok(0) => self.ended = true,
                    Ok(count) => self.end += count,
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
            self.limit = self.end;
            if self.ended {
                self.limit += PADDING;
                self.buffer[self.end..self.limit].fill(0);
            }
        }
        if self.bits.next + size > self.limit {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }

    /// Finds an error in the use of bits that the stream does not have.
    pub(super) fn check(&self) -> io::Result<()> {
        if self.ended && self.bits.next * 8 > self.end * 8 + self.bits.count as usize {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }

    /// The next 56 bits, or zeros beyond the end.
    pub(super) fn peek(&mut self) -> io::Result<u64> {
        self.fill(8)?;
        self.bits.load(&self.buffer[..]);
        Ok(self.bits.held)
    }

    /// The next `count` bits, 16 at most.
    pub(super) fn take(&mut self, count: u32) -> io::Result<u32> {
        let bits = self.peek()? as u32 & ((1 << count) - 1);
        self.bits.skip(count);
        self.check()?;
        Ok(bits)
    }

    /// Skips what is left of the current byte.
    pub(super) fn align(&mut self) {
        self.bits.skip(self.bits.count & 7);
    }

    /// Puts whole bytes back from the bits.
    pub(super) fn unload(&mut self) {
        self.bits.next -= (self.bits.count >> 3) as usize;
        self.bits.count &= 7;
        self.bits.held &= (1 << self.bits.count) - 1;
    }

    /// Whether no byte follows. All bits must be aligned.
    pub(super) fn at_end(&mut self) -> io::Result<bool> {
        self.unload();
        self.fill(1)?;
        Ok(self.bits.next == self.end)
    }

    /// Copies some bytes, of which there must be one. None may be in the bits.
    pub(super) fn copy(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if !into.is_empty() && self.at_end()? {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let size = into.len().min(self.end - self.bits.next);
        into[..size].copy_from_slice(&self.buffer[self.bits.next..][..size]);
        self.bits.next += size;
        Ok(size)
    }
}
