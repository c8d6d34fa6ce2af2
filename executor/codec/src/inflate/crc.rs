//! The checksum of gzip.

/// The checksum of RFC 1952, section 8, of eight bytes at a time.
pub(super) struct Crc(u32);

/// `CRCS[n]` has the checksum of each byte with `n` zero bytes behind it.
pub(super) static CRCS: [[u32; 256]; 8] = crcs();

pub(super) const fn crcs() -> [[u32; 256]; 8] {
    let mut tables = [[0; 256]; 8];
    let mut at = 0;
    while at < 8 * 256 {
        let (zeros, byte) = (at / 256, at % 256);
        let mut crc = if zeros == 0 {
            byte as u32
        } else {
            tables[zeros - 1][byte]
        };
        let mut bit = 0;
        while bit < 8 {
            crc = crc >> 1 ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 };
            bit += 1;
        }
        tables[zeros][byte] = crc;
        at += 1;
    }
    tables
}

impl Crc {
    pub(super) fn new() -> Self {
        Crc(!0)
    }

    pub(super) fn update(&mut self, data: &[u8]) {
        let parts = data.chunks_exact(8);
        let rest = parts.remainder();
        for part in parts {
            let mut word = [0; 8];
            word.copy_from_slice(part);
            let word = u64::from_le_bytes(word) ^ u64::from(self.0);
            let at = |byte: usize| CRCS[7 - byte][usize::from((word >> (8 * byte)) as u8)];
            // Written out, as compilers differ in whether they unroll a loop here.
            self.0 = at(0) ^ at(1) ^ at(2) ^ at(3) ^ at(4) ^ at(5) ^ at(6) ^ at(7);
        }
        for &byte in rest {
            self.0 = CRCS[0][usize::from(self.0 as u8 ^ byte)] ^ self.0 >> 8;
        }
    }

    pub(super) fn value(&self) -> u32 {
        !self.0
    }
}
