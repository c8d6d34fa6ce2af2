use anyhow::{Context, Result};

fn main() -> Result<()> {
    let times: u64 = match std::env::args().nth(1) {
        Some(arg) => arg.parse().with_context(|| format!("not a number: {arg}"))?,
        None => 1,
    };
    println!("{}", greeting(times));
    Ok(())
}

fn greeting(times: u64) -> String {
    format!("Hello, world! (x{})", itoa::Buffer::new().format(times))
}

#[cfg(test)]
mod tests {
    #[test]
    fn says_how_often() {
        assert!(super::greeting(3).ends_with(" (x3)"));
    }
}
