//! Reads JSON (RFC 8259), as much of it as the plan writes.

/// A value. Numbers are whole and not negative: the plan has no others.
#[derive(Debug, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Number(u64),
    Text(String),
    List(Vec<Value>),
    Object(Vec<(String, Value)>),
}

const NULL: Value = Value::Null;

impl Value {
    /// The value of a key, null when it is missing or this is no object.
    pub fn get(&self, key: &str) -> &Value {
        match self {
            Value::Object(pairs) => pairs
                .iter()
                .find(|(k, _)| k == key)
                .map_or(&NULL, |(_, v)| v),
            _ => &NULL,
        }
    }

    /// The text, "" for anything else.
    pub fn text(&self) -> &str {
        match self {
            Value::Text(text) => text,
            _ => "",
        }
    }

    /// The number, 0 for anything else.
    pub fn number(&self) -> u64 {
        match self {
            Value::Number(n) => *n,
            _ => 0,
        }
    }

    pub fn is_true(&self) -> bool {
        *self == Value::Bool(true)
    }

    /// The elements, none of anything else.
    pub fn list(&self) -> &[Value] {
        match self {
            Value::List(list) => list,
            _ => &[],
        }
    }

    /// The texts of a list.
    pub fn texts(&self) -> Vec<String> {
        self.list().iter().map(|v| v.text().to_string()).collect()
    }
}

/// Lists in one another that are read: more is no document of a plan.
const DEEPEST: usize = 32;

/// Reads one value, and nothing may follow it.
pub fn parse(text: &str) -> Result<Value, String> {
    let mut p = Parser { text, at: 0 };
    let value = p.value(0)?;
    p.space();
    if p.at < text.len() {
        return p.wrong("the end");
    }
    Ok(value)
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl Parser<'_> {
    fn peek(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    fn space(&mut self) {
        while matches!(self.peek(), b' ' | b'\n' | b'\r' | b'\t') {
            self.at += 1;
        }
    }

    fn wrong<T>(&self, expected: &str) -> Result<T, String> {
        Err(format!(
            "byte {} of the document: expected {expected}",
            self.at
        ))
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, String> {
        if !self.text[self.at..].starts_with(word) {
            return self.wrong(word);
        }
        self.at += word.len();
        Ok(value)
    }

    /// Whether a byte comes next, which is then behind us.
    fn takes(&mut self, byte: u8) -> bool {
        self.space();
        let there = self.peek() == byte;
        self.at += usize::from(there);
        there
    }

    fn value(&mut self, depth: usize) -> Result<Value, String> {
        if depth > DEEPEST {
            return self.wrong("fewer lists in one another");
        }
        self.space();
        match self.peek() {
            b'{' => self.object(depth),
            b'[' => self.array(depth),
            b'"' => self.string().map(Value::Text),
            b't' => self.word("true", Value::Bool(true)),
            b'f' => self.word("false", Value::Bool(false)),
            b'n' => self.word("null", Value::Null),
            b'0'..=b'9' => self.number(),
            _ => self.wrong("a value"),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value, String> {
        self.at += 1;
        let mut pairs = Vec::new();
        if self.takes(b'}') {
            return Ok(Value::Object(pairs));
        }
        loop {
            self.space();
            let key = self.string()?;
            if !self.takes(b':') {
                return self.wrong("a colon");
            }
            pairs.push((key, self.value(depth + 1)?));
            if self.takes(b'}') {
                return Ok(Value::Object(pairs));
            }
            if !self.takes(b',') {
                return self.wrong("a comma or the end of the object");
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value, String> {
        self.at += 1;
        let mut list = Vec::new();
        if self.takes(b']') {
            return Ok(Value::List(list));
        }
        loop {
            list.push(self.value(depth + 1)?);
            if self.takes(b']') {
                return Ok(Value::List(list));
            }
            if !self.takes(b',') {
                return self.wrong("a comma or the end of the list");
            }
        }
    }

    fn number(&mut self) -> Result<Value, String> {
        let start = self.at;
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
        match self.text[start..self.at].parse() {
            Ok(n) if !matches!(self.peek(), b'.' | b'e' | b'E') => Ok(Value::Number(n)),
            _ => self.wrong("a whole number"),
        }
    }

    fn string(&mut self) -> Result<String, String> {
        if self.peek() != b'"' {
            return self.wrong("a string");
        }
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = &self.text[self.at..];
            let Some(plain) = rest.find(['"', '\\']) else {
                return self.wrong("the end of a string");
            };
            out.push_str(&rest[..plain]);
            self.at += plain + 1;
            if rest.as_bytes()[plain] == b'"' {
                return Ok(out);
            }
            out.push(self.escaped()?);
        }
    }

    /// What follows a backslash.
    fn escaped(&mut self) -> Result<char, String> {
        let c = self.peek();
        self.at += 1;
        Ok(match c {
            b'"' | b'\\' | b'/' => char::from(c),
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'u' => return self.unicode(),
            _ => return self.wrong("an escape"),
        })
    }

    /// A code point, which above U+FFFF is written as two halves (RFC 8259, 7).
    fn unicode(&mut self) -> Result<char, String> {
        let first = self.unit()?;
        if !(0xd800..0xdc00).contains(&first) {
            return char::from_u32(first).map_or_else(|| self.wrong("a character"), Ok);
        }
        if !self.text[self.at..].starts_with("\\u") {
            return self.wrong("the second half of a character");
        }
        self.at += 2;
        let second = self.unit()?;
        let low = second.wrapping_sub(0xdc00);
        if low > 0x3ff {
            return self.wrong("the second half of a character");
        }
        let point = 0x10000 + ((first - 0xd800) << 10) + low;
        char::from_u32(point).map_or_else(|| self.wrong("a character"), Ok)
    }

    fn unit(&mut self) -> Result<u32, String> {
        let digits = self
            .text
            .get(self.at..self.at + 4)
            .filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        match digits.and_then(|d| u32::from_str_radix(d, 16).ok()) {
            Some(n) => {
                self.at += 4;
                Ok(n)
            }
            None => self.wrong("four hexadecimal digits"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_read() {
        let v = parse(r#" {"a": [1, true, null, "x"], "b": {"c": "d"}, "e": []} "#).unwrap();
        assert_eq!(v.get("a").list()[0].number(), 1);
        assert!(v.get("a").list()[1].is_true());
        assert_eq!(v.get("a").list()[3].text(), "x");
        assert_eq!(v.get("b").get("c").text(), "d");
        assert!(v.get("e").list().is_empty());
        assert_eq!(*v.get("missing").get("deeper"), Value::Null);
    }

    #[test]
    fn strings_keep_every_character() {
        let v = parse(r#""q\" b\\ s\/ n\n t\t r\r ü \u00e9 \ud83e\udd80 \u003c \u2028""#).unwrap();
        assert_eq!(v.text(), "q\" b\\ s/ n\n t\t r\r ü é 🦀 < \u{2028}");
    }

    #[test]
    fn what_is_no_document_is_an_error_and_no_panic() {
        for text in [
            "",
            "{",
            "[1,]",
            "{\"a\"}",
            "{\"a\":1,}",
            "\"",
            "\"\\",
            "\"\\u12\"",
            "\"\\ud83e\"",
            "\"\\ud83e\\u0041\"",
            "\"\\x\"",
            "1.5",
            "-1",
            "1e3",
            "99999999999999999999",
            "tru",
            "nul",
            "1 2",
            "\"\\u00é0\"",
            "[1 2]",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse(&"[".repeat(100_000)).is_err());
    }
}
