use super::*;

/// Lines of numbers and their squares, by zlib: dynamic blocks, and a header
/// with all optional fields.
const SQUARES: &[u8] = include_bytes!("../../testdata/squares.gz");

fn read(stream: impl Read) -> io::Result<Vec<u8>> {
    let mut data = Vec::new();
    gzip(stream).read_to_end(&mut data).map(|_| data)
}

fn error(stream: &[u8]) -> ErrorKind {
    read(stream).expect_err("an error").kind()
}

/// Numbers that look random, the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1);
        (self.0 >> 33) as usize % limit
    }

    /// A complete code for that many symbols, with short and long codes.
    fn code(&mut self, symbols: usize) -> Vec<u8> {
        let mut lengths = vec![1, 1];
        while lengths.len() < symbols {
            let last = lengths.len() - 1;
            let at = [last, self.below(last)][self.below(2)];
            if lengths[at] < 15 {
                lengths[at] += 1;
                lengths.push(lengths[at]);
            }
        }
        lengths
    }
}

/// Writes DEFLATE blocks, and keeps what they stand for.
#[derive(Default)]
struct Writer {
    bytes: Vec<u8>,
    used: usize,
    data: Vec<u8>,
    literals: Vec<u8>,
    distances: Vec<u8>,
}

impl Writer {
    fn bits(&mut self, value: u32, count: u32) {
        for bit in 0..count {
            if self.used % 8 == 0 {
                self.bytes.push(0);
            }
            self.bytes[self.used / 8] |= ((value >> bit & 1) as u8) << (self.used % 8);
            self.used += 1;
        }
    }

    fn stored(&mut self, data: &[u8], last: bool) {
        self.bits(last.into(), 3);
        self.used = self.bytes.len() * 8;
        let size = data.len() as u32;
        self.bits(size | !size << 16, 32);
        self.bytes.extend_from_slice(data);
        self.used = self.bytes.len() * 8;
        self.data.extend_from_slice(data);
    }

    fn fixed(&mut self, last: bool) {
        self.bits(u32::from(last) | 1 << 1, 3);
        self.literals = vec![8; 288];
        self.literals[144..256].fill(9);
        self.literals[256..280].fill(7);
        self.distances = vec![5; 32];
    }

    fn dynamic(&mut self, literals: Vec<u8>, distances: Vec<u8>, last: bool) {
        self.bits(u32::from(last) | 2 << 1, 3);
        self.bits(literals.len() as u32 - 257, 5);
        self.bits(distances.len() as u32 - 1, 5);
        self.bits(19 - 4, 4);
        // Four bits code each length. The first three are repetitions.
        for at in 0..19 {
            self.bits(if at < 3 { 0 } else { 4 }, 3);
        }
        for &length in literals.iter().chain(&distances) {
            self.bits(u32::from(length).reverse_bits() >> 28, 4);
        }
        (self.literals, self.distances) = (literals, distances);
    }

    fn symbol(&mut self, lengths: &[u8], symbol: usize) {
        let length = lengths[symbol];
        let same = lengths[..symbol].iter().filter(|&&other| other == length);
        let code = first_codes(lengths).unwrap()[usize::from(length)] + same.count() as u32;
        self.bits(
            code.reverse_bits() >> (32 - u32::from(length)),
            length.into(),
        );
    }

    /// Writes the symbol with the largest base up to `number`, and the rest.
    fn number(&mut self, lengths: &[u8], symbols: &[u32], number: usize) {
        let base = |at: usize| (symbols[at] >> 16) as usize;
        let fits = |&at: &usize| symbols[at] & SPECIAL == 0 && base(at) <= number;
        let symbol = (0..lengths.len()).rev().find(fits).unwrap();
        self.symbol(lengths, symbol);
        self.bits((number - base(symbol)) as u32, symbols[symbol] & 0xff);
    }

    fn literal(&mut self, byte: u8) {
        self.symbol(&self.literals.clone(), byte.into());
        self.data.push(byte);
    }

    fn copy(&mut self, distance: usize, length: usize) {
        self.number(&self.literals.clone(), &LITERALS, length);
        self.number(&self.distances.clone(), &DISTANCES, distance);
        for _ in 0..length {
            let before = self.data.len().wrapping_sub(distance);
            let byte = self.data.get(before).copied();
            self.data.push(byte.unwrap_or(b'\n'));
        }
    }

    fn end(&mut self) {
        self.symbol(&self.literals.clone(), 256);
    }

    fn gzip(&self) -> Vec<u8> {
        let mut crc = Crc::new();
        crc.update(&self.data);
        let mut stream = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
        stream.extend_from_slice(&self.bytes);
        stream.extend_from_slice(&crc.value().to_le_bytes());
        stream.extend_from_slice(&(self.data.len() as u32).to_le_bytes());
        stream
    }
}

/// A short stream with a block of each kind.
fn each_kind() -> Writer {
    let mut writer = Writer::default();
    writer.stored(b"stored, ", false);
    writer.fixed(false);
    b"fixed, ".iter().for_each(|&byte| writer.literal(byte));
    writer.copy(7, 20);
    writer.end();
    let mut random = Random(1);
    writer.dynamic(random.code(286), random.code(30), true);
    b"dynamic".iter().for_each(|&byte| writer.literal(byte));
    writer.copy(3, 10);
    writer.end();
    writer
}

#[test]
fn the_checksum_is_the_known_one() {
    let mut crc = Crc::new();
    crc.update(b"123456789");
    assert_eq!(crc.value(), 0xcbf4_3926);
}

#[test]
fn what_zlib_wrote_is_read() {
    let line = |n: u32| format!("{n} squared is {}\n", n * n);
    let expected: String = (0..600).map(line).collect();
    assert_eq!(read(SQUARES).unwrap(), expected.as_bytes());
    let empty = b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0";
    assert_eq!(read(&empty[..]).unwrap(), b"");
}

#[test]
fn blocks_of_each_kind_are_read() {
    let writer = each_kind();
    assert_eq!(read(&writer.gzip()[..]).unwrap(), writer.data);
    let mut writer = Writer::default();
    writer.stored(&[], false);
    writer.stored(&[7; 0xffff], false);
    writer.stored(&[8; 0xffff], false);
    writer.stored(&[], true);
    assert_eq!(read(&writer.gzip()[..]).unwrap(), writer.data);
}

#[test]
fn members_are_read_as_one() {
    let writer = each_kind();
    let stream = [&writer.gzip(), SQUARES, &writer.gzip()].concat();
    let data = [&writer.data[..], &read(SQUARES).unwrap(), &writer.data].concat();
    assert_eq!(read(&stream[..]).unwrap(), data);
    // More of them than the output has room for.
    let data = read(SQUARES).unwrap();
    assert!(read(&SQUARES.repeat(30)[..]).unwrap() == data.repeat(30));
    let stream = [SQUARES, b"more"].concat();
    assert_eq!(error(&stream), ErrorKind::InvalidData);
}

#[test]
fn matches_of_any_code_length_and_distance_are_copied() {
    for seed in 0..12 {
        let mut random = Random(seed);
        let mut writer = Writer::default();
        let start: Vec<u8> = (0..WINDOW).map(|_| random.below(256) as u8).collect();
        writer.stored(&start, false);
        for block in 0..4 {
            match random.below(3) {
                0 => writer.fixed(block == 3),
                _ => writer.dynamic(random.code(286), random.code(30), block == 3),
            }
            for _ in 0..200 {
                writer.literal(random.below(256) as u8);
                let most = [20, WINDOW][random.below(2)];
                writer.copy(1 + random.below(most), 3 + random.below(256));
            }
            writer.copy(WINDOW, 258);
            writer.end();
        }
        assert!(
            read(&writer.gzip()[..]).unwrap() == writer.data,
            "seed {seed}"
        );
    }
}

#[test]
fn a_match_before_the_start_of_its_member_is_an_error() {
    let mut writer = Writer::default();
    writer.fixed(true);
    writer.literal(b'a');
    writer.copy(2, 3);
    writer.end();
    // All else is right: the byte before is the newline that `copy` assumes.
    let stream = [SQUARES, &writer.gzip()].concat();
    assert_eq!(error(&stream), ErrorKind::InvalidData);
}

#[test]
fn a_code_must_be_complete_unless_it_has_one_symbol() {
    for lengths in [&[1, 2][..], &[2], &[1, 1, 1], &[1, 2, 2, 15], &[3; 9]] {
        first_codes(lengths).unwrap_err();
    }
    for lengths in [&[][..], &[0, 0], &[0, 1], &[1, 1], &[2, 1, 2]] {
        first_codes(lengths).unwrap();
    }
}

#[test]
fn the_sizes_of_reads_make_no_difference() {
    /// Gives a byte at a time, each after an interruption.
    struct Slow<'a>(&'a [u8], bool);
    impl Read for Slow<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            self.1 = !self.1;
            match self.1 {
                true => Err(ErrorKind::Interrupted.into()),
                false => self.0.read(&mut into[..1]),
            }
        }
    }
    let stream = [&each_kind().gzip(), SQUARES].concat();
    let data = read(&stream[..]).unwrap();
    assert_eq!(read(Slow(&stream, false)).unwrap(), data);
    let mut inflate = gzip(&stream[..]);
    let mut byte = [0];
    for expected in data {
        inflate.read_exact(&mut byte).unwrap();
        assert_eq!(byte[0], expected);
    }
    assert_eq!(inflate.read(&mut byte).unwrap(), 0);
}

#[test]
fn a_wrong_checksum_or_length_is_an_error() {
    let stream = each_kind().gzip();
    for at in stream.len() - 8..stream.len() {
        let mut stream = stream.clone();
        stream[at] ^= 0x10;
        assert_eq!(error(&stream), ErrorKind::InvalidData);
    }
    // The name is under the header's checksum.
    let mut stream = SQUARES.to_vec();
    stream[20] ^= 1;
    assert_eq!(error(&stream), ErrorKind::InvalidData);
}

#[test]
fn a_stream_cut_anywhere_is_an_error() {
    for stream in [&each_kind().gzip(), SQUARES] {
        for size in 0..stream.len() {
            assert_eq!(error(&stream[..size]), ErrorKind::UnexpectedEof, "{size}");
        }
    }
}

#[test]
fn a_changed_bit_is_an_error_or_makes_no_difference() {
    for stream in [&each_kind().gzip(), SQUARES] {
        let data = read(stream).unwrap();
        for bit in 0..stream.len().min(400) * 8 {
            let mut stream = stream.to_vec();
            stream[bit / 8] ^= 1 << (bit % 8);
            assert!(read(&stream[..]).map_or(true, |read| read == data), "{bit}");
        }
    }
}

#[test]
fn garbage_is_an_error_again_and_again() {
    let mut random = Random(7);
    for size in (0..300).chain([70_000; 10]) {
        let mut stream = b"\x1f\x8b\x08\0\0\0\0\0\0\x03".to_vec();
        stream.extend((0..size).map(|_| random.below(256) as u8));
        let mut inflate = gzip(&stream[..]);
        inflate.read_to_end(&mut Vec::new()).unwrap_err();
        inflate.read(&mut [0; 9]).unwrap_err();
    }
}
