use anyhow::{Context, Result};

fn main() -> Result<()> {
    let times: u64 = match std::env::args().nth(1) {
        Some(arg) => arg.parse().with_context(|| format!("not a number: {arg}"))?,
        None => 1,
    };
    println!("Hello, world! (x{})", itoa::Buffer::new().format(times));
    Ok(())
}
