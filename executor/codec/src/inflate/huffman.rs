//! The Huffman codes of DEFLATE (RFC 1951, section 3.2).

use super::{invalid, zeroed};
use std::io;

/// How many bits of a code select an entry of its first table.
pub(super) const LITERAL_BITS: u32 = 11;
pub(super) const DISTANCE_BITS: u32 = 9;

// An entry has a literal, or a base to which extra bits are added, in its upper
// half, the size of the code in bits 8 to 11, and in the lowest byte that size
// with the extra bits. These bits mark it.
pub(super) const LITERAL: u32 = 1 << 31;
pub(super) const SPECIAL: u32 = 1 << 15;
pub(super) const END: u32 = 1 << 14;
/// The upper half is the place of a second table, for the rest of the code.
pub(super) const SUBTABLE: u32 = 1 << 13;

/// A table to decode a Huffman code (RFC 1951, section 3.2.2).
pub(super) struct Table<const FIRST: u32, const SIZE: usize> {
    pub(super) entries: Box<[u32; SIZE]>,
    /// How many bits select an entry of a second table.
    pub(super) rest: u32,
}

impl<const FIRST: u32, const SIZE: usize> Table<FIRST, SIZE> {
    pub(super) fn new() -> Self {
        Table {
            entries: zeroed(),
            rest: 0,
        }
    }

    #[inline(always)]
    pub(super) fn first(&self, bits: u64) -> u32 {
        self.entries[bits as usize & ((1 << FIRST) - 1)]
    }

    #[inline(always)]
    pub(super) fn second(&self, entry: u32, bits: u64) -> u32 {
        let at = (entry >> 16) as usize + (bits as usize & ((1 << self.rest) - 1));
        self.entries[at & (SIZE - 1)]
    }

    /// Sets the code by the length of each symbol's code, none if zero.
    pub(super) fn set(&mut self, lengths: &[u8], symbols: &[u32]) -> io::Result<()> {
        let mut next = first_codes(lengths)?;
        let longest = lengths.iter().copied().max().map_or(0, u32::from);
        self.rest = longest.saturating_sub(FIRST);
        self.entries[..1 << FIRST].fill(SPECIAL);
        let mut used = 1 << FIRST;
        for (&length, &symbol) in lengths
            .iter()
            .zip(symbols)
            .filter(|(&length, _)| length > 0)
        {
            let length = u32::from(length);
            let code = next[length as usize].reverse_bits() >> (32 - length);
            next[length as usize] += 1;
            let (mut at, mut end, mut size) = (code as usize, 1 << FIRST, length);
            if length > FIRST {
                let first = &mut self.entries[code as usize & ((1 << FIRST) - 1)];
                if *first & SUBTABLE == 0 {
                    *first = SUBTABLE | used << 16;
                    used += 1 << self.rest;
                }
                size -= FIRST;
                at = (*first >> 16) as usize + (code >> FIRST) as usize;
                end = (*first >> 16) as usize + (1 << self.rest);
            }
            while at < end {
                self.entries[at] = symbol + size * 0x101;
                at += 1 << size;
            }
        }
        Ok(())
    }
}

/// The first code of each length (RFC 1951, section 3.2.2). A code with unused
/// bits is an error, except for one or no symbol (section 3.2.7).
pub(super) fn first_codes(lengths: &[u8]) -> io::Result<[u32; 16]> {
    let mut counts = [0; 16];
    for &length in lengths {
        counts[usize::from(length)] += 1;
    }
    counts[0] = 0;
    let mut first = [0; 16];
    for length in 1..16 {
        first[length] = (first[length - 1] + counts[length - 1]) << 1;
    }
    let whole = first[15] + counts[15] == 1 << 15;
    let single = counts[1] <= 1 && counts[2..].iter().all(|&count| count == 0);
    if !whole && !single {
        return Err(invalid("a code that is not a complete one"));
    }
    Ok(first)
}

/// The symbols of RFC 1951, section 3.2.5, as entries without a code.
pub(super) const LITERALS: [u32; 288] = literals();
pub(super) const DISTANCES: [u32; 32] = distances();
/// Those of section 3.2.7.
pub(super) const CODE_LENGTHS: [u32; 19] = numbers();

pub(super) const fn literals() -> [u32; 288] {
    let mut symbols = [SPECIAL; 288];
    let mut at = 0;
    while at < 256 {
        symbols[at] = LITERAL | (at as u32) << 16;
        at += 1;
    }
    symbols[256] = SPECIAL | END;
    // Four lengths each have the same number of extra bits, after the first four.
    let mut at = 0;
    while at < 28 {
        let extra = if at < 4 { 0 } else { at / 4 - 1 };
        let base = if at < 4 { at } else { (4 + at % 4) << extra };
        symbols[257 + at as usize] = (3 + base) << 16 | extra;
        at += 1;
    }
    symbols[285] = 258 << 16;
    symbols
}

pub(super) const fn distances() -> [u32; 32] {
    let mut symbols = [SPECIAL; 32];
    let mut at = 0;
    while at < 30 {
        let extra = if at < 2 { 0 } else { at / 2 - 1 };
        let base = if at < 2 { at } else { (2 + at % 2) << extra };
        symbols[at as usize] = (1 + base) << 16 | extra;
        at += 1;
    }
    symbols
}

pub(super) const fn numbers() -> [u32; 19] {
    let mut symbols = [0; 19];
    let mut at = 0;
    while at < 19 {
        symbols[at] = (at as u32) << 16;
        at += 1;
    }
    symbols
}
