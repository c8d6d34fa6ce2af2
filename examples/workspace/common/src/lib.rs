/// What both programs say, for instance "server: 42".
pub fn line(program: &str, number: u64) -> String {
    format!("{program}: {}", itoa::Buffer::new().format(number))
}
