//! SHA-256 (FIPS 180-4), in plain portable code.

/// The initial hash value (FIPS 180-4, 5.3.3).
const START: [u32; 8] = [
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];

/// The constant of each round (FIPS 180-4, 4.2.2).
const ROUNDS: [u32; 64] = [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
];

const BLOCK: usize = 64;

/// A SHA-256 digest in the making.
pub struct Sha256 {
    state: [u32; 8],
    /// The start of a block that is not full yet.
    pending: [u8; BLOCK],
    /// The number of bytes seen. Its rest by `BLOCK` is how much is pending.
    length: u64,
}

impl Sha256 {
    /// The digest of no bytes so far.
    pub fn new() -> Self {
        Sha256 {
            state: START,
            pending: [0; BLOCK],
            length: 0,
        }
    }

    /// Adds bytes. How they are cut into calls makes no difference.
    pub fn update(&mut self, mut data: &[u8]) {
        let held = (self.length % BLOCK as u64) as usize;
        self.length = self.length.wrapping_add(data.len() as u64);
        if held > 0 {
            let added = data.len().min(BLOCK - held);
            self.pending[held..held + added].copy_from_slice(&data[..added]);
            data = &data[added..];
            if held + added < BLOCK {
                return;
            }
            compress(&mut self.state, &self.pending);
        }
        let blocks = data.chunks_exact(BLOCK);
        let rest = blocks.remainder();
        for block in blocks {
            compress(&mut self.state, block);
        }
        self.pending[..rest.len()].copy_from_slice(rest);
    }

    /// The digest of all bytes that were added.
    pub fn finish(mut self) -> [u8; 32] {
        let bits = self.length.wrapping_mul(8);
        let held = (self.length % BLOCK as u64) as usize;
        // The padding of FIPS 180-4, 5.1.1: a one bit, zeros, and the length in
        // the last 8 bytes of a block.
        let zeros = (2 * BLOCK - 9 - held) % BLOCK;
        self.update(&[0x80]);
        self.update(&[0; BLOCK][..zeros]);
        self.update(&bits.to_be_bytes());
        let mut digest = [0; 32];
        for (bytes, word) in digest.chunks_exact_mut(4).zip(self.state) {
            bytes.copy_from_slice(&word.to_be_bytes());
        }
        digest
    }
}

impl Default for Sha256 {
    fn default() -> Self {
        Self::new()
    }
}

/// The bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value)]);
    let mut text = String::with_capacity(bytes.len() * 2);
    for &byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 15));
    }
    text
}

/// One round (FIPS 180-4, 6.2.2, step 3). The caller renames the variables from
/// round to round, so that only the two that change are assigned.
macro_rules! round {
    ($a:ident $b:ident $c:ident $d:ident $e:ident $f:ident $g:ident $h:ident, $word:expr) => {
        let sum = $e.rotate_right(6) ^ $e.rotate_right(11) ^ $e.rotate_right(25);
        let choice = $g ^ ($e & ($f ^ $g));
        let added = $h
            .wrapping_add($word)
            .wrapping_add(choice)
            .wrapping_add(sum);
        let sum = $a.rotate_right(2) ^ $a.rotate_right(13) ^ $a.rotate_right(22);
        // The majority. One of its two differences was the other a round ago.
        let majority = $b ^ (($a ^ $b) & ($b ^ $c));
        $d = $d.wrapping_add(added);
        $h = added.wrapping_add(majority).wrapping_add(sum);
    };
}

/// Takes one block of 64 bytes into the state (FIPS 180-4, 6.2.2).
fn compress(state: &mut [u32; 8], block: &[u8]) {
    let mut words = [0u32; 16];
    for (word, bytes) in words.iter_mut().zip(block.chunks_exact(4)) {
        *word = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    }
    let mut next = *state;
    let (keys, last) = ROUNDS.split_at(48);
    for keys in keys.chunks_exact(16) {
        // Each word is used, and then replaced by that of 16 rounds later. Done
        // between the rounds, this fills the time in which they wait for theirs.
        next = rounds(next, |at| {
            let word = words[at];
            words[at] = later(&words, at);
            word.wrapping_add(keys[at])
        });
    }
    next = rounds(next, |at| words[at].wrapping_add(last[at]));
    for (word, add) in state.iter_mut().zip(next) {
        *word = word.wrapping_add(add);
    }
}

/// Does 16 rounds, with what `word` gives for each.
#[inline(always)]
fn rounds(state: [u32; 8], mut word: impl FnMut(usize) -> u32) -> [u32; 8] {
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = state;
    round!(a b c d e f g h, word(0));
    round!(h a b c d e f g, word(1));
    round!(g h a b c d e f, word(2));
    round!(f g h a b c d e, word(3));
    round!(e f g h a b c d, word(4));
    round!(d e f g h a b c, word(5));
    round!(c d e f g h a b, word(6));
    round!(b c d e f g h a, word(7));
    round!(a b c d e f g h, word(8));
    round!(h a b c d e f g, word(9));
    round!(g h a b c d e f, word(10));
    round!(f g h a b c d e, word(11));
    round!(e f g h a b c d, word(12));
    round!(d e f g h a b c, word(13));
    round!(c d e f g h a b, word(14));
    round!(b c d e f g h a, word(15));
    [a, b, c, d, e, f, g, h]
}

/// The word of the message schedule that is 16 after that at `at` (FIPS 180-4,
/// 6.2.2, step 1), when those before `at` are replaced already.
#[inline(always)]
fn later(words: &[u32; 16], at: usize) -> u32 {
    let near = words[(at + 14) % 16];
    let far = words[(at + 1) % 16];
    let near = near.rotate_right(17) ^ near.rotate_right(19) ^ (near >> 10);
    let far = far.rotate_right(7) ^ far.rotate_right(18) ^ (far >> 3);
    let sum = words[at].wrapping_add(words[(at + 9) % 16]);
    sum.wrapping_add(far).wrapping_add(near)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(data: &[u8]) -> String {
        let mut hash = Sha256::new();
        hash.update(data);
        hex(&hash.finish())
    }

    #[test]
    fn the_digests_of_the_standard_are_met() {
        let vectors: [(&[u8], &str); 4] = [
            (
                b"",
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            ),
            (
                b"abc",
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            ),
            (
                b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
            ),
            (
                b"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn\
                  hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
                "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1",
            ),
        ];
        for (data, expected) in vectors {
            assert_eq!(digest(data), expected);
        }
    }

    #[test]
    fn a_million_letters_have_their_known_digest() {
        assert_eq!(
            digest(&vec![b'a'; 1_000_000]),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        );
    }

    #[test]
    fn the_cut_into_calls_makes_no_difference() {
        let data: Vec<u8> = (0..1000u32).map(|n| (n * n / 7) as u8).collect();
        for length in [0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000] {
            let whole = digest(&data[..length]);
            for size in [1, 3, 63, 64, 65, 130] {
                let mut hash = Sha256::default();
                for part in data[..length].chunks(size) {
                    hash.update(part);
                    hash.update(&[]);
                }
                assert_eq!(hex(&hash.finish()), whole, "{length} bytes by {size}");
            }
        }
    }

    #[test]
    fn hex_keeps_leading_zeros() {
        assert_eq!(hex(&[0, 1, 0xab, 0xff]), "0001abff");
        assert_eq!(hex(&[]), "");
    }
}
