//! What a capture keeps of how it was made.

use chrono::{SecondsFormat, Utc};
use leftfold_event::json::{Object, Value};

use super::Request;
use crate::range::{From, Until};
use crate::settings::Settings;

pub(super) fn now() -> String {
    Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// The request as JSON, for those who open the capture later.
pub(super) fn described(request: &Request) -> String {
    let mut object = Object::new();
    let texts = |items: &[String]| Value::Array(items.iter().map(|t| Value::from(t.as_str())).collect());
    object.insert("topics", texts(&request.topics));
    if !request.partitions.is_empty() {
        let numbers = request.partitions.iter().map(|p| Value::from(i64::from(*p)));
        object.insert("partitions", Value::Array(numbers.collect()));
    }
    let from = match request.range.from {
        From::Beginning => "beginning".to_owned(),
        From::End => "end".to_owned(),
        From::Offset(n) => n.to_string(),
        From::Last(n) => format!("-{n}"),
        From::Time(ms) => format!("s@{ms}"),
    };
    object.insert("from", Value::from(from.as_str()));
    if let Some(until) = request.range.until {
        let until = match until {
            Until::Offset(n) => format!("..{n}"),
            Until::Time(ms) => format!("e@{ms}"),
        };
        object.insert("until", Value::from(until.as_str()));
    }
    if let Some(count) = request.count.and_then(|n| i64::try_from(n).ok()) {
        object.insert("count", Value::from(count));
    }
    object.insert("follow", Value::Bool(request.follow));
    if let Some(mapping) = &request.mapping {
        object.insert("mapping", Value::from(mapping.names().as_str()));
    }
    if !request.decoders.is_empty() {
        let decoders: Vec<String> = request.decoders.iter().map(ToString::to_string).collect();
        object.insert("decoders", texts(&decoders));
    }
    Value::Object(object).to_string()
}

/// The settings as JSON, without secrets.
pub(super) fn settings(settings: &Settings) -> String {
    let entries = settings.shown().map(|(name, value)| (name, Value::from(value)));
    Value::Object(entries.collect()).to_string()
}
