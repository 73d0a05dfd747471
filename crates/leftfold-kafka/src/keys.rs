//! What the first keys of topics look like that nobody said how to read.

use std::collections::BTreeMap;

use leftfold_source::capture::{Decoders, Part, ReadAs, Record, keys_like_integers};

/// Keys of a topic that are looked at.
const LOOKED_AT: usize = 64;

/// The longest key that may be a number.
const LONGEST: usize = 8;

/// The first keys of each topic.
#[derive(Debug, Default)]
pub(crate) struct KeyLook {
    /// Of each piece: the topic, unless somebody said how its keys are to be read.
    pieces: Vec<Option<String>>,
    /// By topic. `None`: one of them cannot be a number.
    keys: BTreeMap<String, Option<Vec<Vec<u8>>>>,
}

impl KeyLook {
    /// Takes in the next piece, which is of this topic.
    pub(crate) fn take_in(&mut self, topic: &str, decoders: &Decoders) {
        let open = decoders.of(topic, Part::Key).is_none();
        if open {
            self.keys
                .entry(topic.to_owned())
                .or_insert_with(|| Some(Vec::new()));
        }
        self.pieces.push(open.then(|| topic.to_owned()));
    }

    /// Looks at a record's key; soon enough it has seen what it needs of a piece.
    pub(crate) fn look(&mut self, piece: usize, record: &Record<'_>) {
        let Some(place) = self.pieces.get_mut(piece) else {
            return;
        };
        let (Some(topic), Some(key)) = (&place, record.key) else {
            return;
        };
        let Some(Some(keys)) = self.keys.get_mut(topic) else {
            *place = None;
            return;
        };
        if key.len() > LONGEST {
            self.keys.insert(topic.clone(), None);
            *place = None;
        } else if keys.len() < LOOKED_AT {
            keys.push(key.to_vec());
        } else {
            *place = None;
        }
    }

    /// What is told of topics whose keys look like numbers, by topic.
    pub(crate) fn notes(&self) -> Vec<String> {
        let of_topic = |(topic, keys): (&String, &Option<Vec<Vec<u8>>>)| {
            let keys = keys.as_ref()?;
            let like = keys_like_integers(keys.iter().map(Vec::as_slice))?;
            let (bytes, serialiser) = match like {
                ReadAs::Int => (4, "IntegerSerializer"),
                _ => (8, "LongSerializer"),
            };
            Some(format!(
                "keys of {topic} look like whole numbers, as Kafka's {serialiser} writes them ({} of {} looked at have {bytes} bytes and begin \
                 with zeros): read them by -s {topic}:key={}",
                keys.len(),
                keys.len(),
                like.name()
            ))
        };
        self.keys.iter().filter_map(of_topic).collect()
    }
}
