//! The words that Chromium and we exchange: JSON, each message ended by a zero byte (the DevTools protocol over a pipe).

use serde_json::{Value, json};

/// A message that never ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Endless;

/// Bytes as they come, cut into messages.
#[derive(Debug)]
pub(super) struct Frames {
    held: Vec<u8>,
    /// So much of it holds no end.
    looked: usize,
    most: usize,
}

impl Frames {
    /// No message may be longer than `most` bytes.
    pub(super) fn new(most: usize) -> Self {
        Self { held: Vec::new(), looked: 0, most }
    }

    /// Takes what came.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.held.extend_from_slice(bytes);
    }

    /// The next whole message, if it has come.
    pub(super) fn next(&mut self) -> Result<Option<Vec<u8>>, Endless> {
        let end = self.held.get(self.looked..).and_then(|rest| memchr::memchr(0, rest)).map(|at| self.looked + at);
        match end {
            Some(end) if end > self.most => Err(Endless),
            None if self.held.len() > self.most => Err(Endless),
            Some(end) => {
                let rest = self.held.split_off(end + 1);
                let mut message = std::mem::replace(&mut self.held, rest);
                message.pop();
                self.looked = 0;
                Ok(Some(message))
            }
            None => {
                self.looked = self.held.len();
                Ok(None)
            }
        }
    }
}

/// What Chromium says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Message {
    /// To the command of this number.
    Answer { id: u64, result: Result<Value, String> },
    /// Something happened in a tab.
    Event(String, Event),
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Event {
    pub(super) method: String,
    pub(super) params: Value,
}

/// Understands a message; `None` for what concerns no tab and answers nothing.
pub(super) fn read(bytes: &[u8]) -> Option<Message> {
    let mut message: Value = serde_json::from_slice(bytes).ok()?;
    if let Some(id) = message.get("id").and_then(Value::as_u64) {
        let result = match message.get("error") {
            Some(error) => Err(error.get("message").and_then(Value::as_str).unwrap_or("no reason given").to_owned()),
            None => Ok(message.get_mut("result").map(Value::take).unwrap_or_default()),
        };
        return Some(Message::Answer { id, result });
    }
    let text = |name: &str| message.get(name).and_then(Value::as_str).map(str::to_owned);
    let (session, method) = (text("sessionId")?, text("method")?);
    let params = message.get_mut("params").map(Value::take).unwrap_or_default();
    Some(Message::Event(session, Event { method, params }))
}

/// A command, with its end.
pub(super) fn write(id: u64, session: Option<&str>, method: &str, params: Value) -> Vec<u8> {
    let mut message = json!({ "id": id, "method": method, "params": params });
    if let Some(session) = session {
        message["sessionId"] = session.into();
    }
    let mut bytes = message.to_string().into_bytes();
    bytes.push(0);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_and_events_are_told_apart() {
        let event = |params| Event { method: "Page.loadEventFired".to_owned(), params };
        let rows = [
            (r#"{"id":3,"result":{"a":1}}"#, Some(Message::Answer { id: 3, result: Ok(json!({"a": 1})) })),
            (r#"{"id":3,"sessionId":"S"}"#, Some(Message::Answer { id: 3, result: Ok(Value::Null) })),
            (r#"{"id":3,"error":{"message":"no"}}"#, Some(Message::Answer { id: 3, result: Err("no".to_owned()) })),
            (
                r#"{"method":"Page.loadEventFired","params":{"t":1},"sessionId":"S"}"#,
                Some(Message::Event("S".to_owned(), event(json!({"t": 1})))),
            ),
            (
                r#"{"method":"Page.loadEventFired","sessionId":"S"}"#,
                Some(Message::Event("S".to_owned(), event(Value::Null))),
            ),
            (r#"{"method":"Target.targetCreated","params":{}}"#, None),
            (r#"{"id":-3}"#, None),
            ("[]", None),
            ("{", None),
        ];
        for (text, expected) in rows {
            assert_eq!(read(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn a_message_without_end_is_given_up() {
        let mut frames = Frames::new(8);
        frames.push(b"12345678");
        assert_eq!(frames.next(), Ok(None));
        frames.push(b"9");
        assert_eq!(frames.next(), Err(Endless));
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

        #[test]
        fn messages_come_whole_however_they_were_cut(
            messages in proptest::collection::vec(proptest::collection::vec(1_u8..=255, 0..40), 0..8),
            size in 1_usize..50,
        ) {
            let stream: Vec<u8> = messages.iter().flat_map(|m| m.iter().copied().chain([0])).collect();
            let mut frames = Frames::new(64);
            let mut got = Vec::new();
            for piece in stream.chunks(size) {
                frames.push(piece);
                while let Some(message) = frames.next().expect("short messages") {
                    got.push(message);
                }
            }
            proptest::prop_assert_eq!(got, messages);
        }

        #[test]
        fn no_bytes_are_too_odd_to_read(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let _ = read(&bytes);
        }

        #[test]
        fn a_command_is_one_message_whatever_it_carries(id in 0_u64..1 << 53, text in ".*") {
            let bytes = write(id, Some(&text), &text, json!({ "text": text }));
            proptest::prop_assert_eq!(bytes.iter().filter(|byte| **byte == 0).count(), 1);
            let back = read(bytes.strip_suffix(&[0]).expect("an end"));
            let number = match back {
                Some(Message::Answer { id, .. }) => Some(id),
                _ => None,
            };
            proptest::prop_assert_eq!(number, Some(id));
        }
    }
}
