//! `topics`: what a cluster has, and whether one gets there.

use clap::Args;
use leftfold_event::Event;
use leftfold_event::json::Object;
use leftfold_event::json::Value;
use leftfold_kafka::{
    Cluster, KafkaError, Outcome as Went, Part, Sample, Step, Topic, TopicFacts, check_with, sample,
};

use crate::document::{Document, list, number};
use crate::failure::{Failure, Outcome};
use crate::front::Front;
use crate::kafka::KafkaArgs;
use crate::style::{Tone, grouped, named};
use crate::table::{Column, Table};

/// What `--help` says behind the arguments.
pub(crate) const TOPICS: &str = "\
Examples:
  leftfold topics -b localhost:9092
  leftfold topics -b localhost:9092 -t '^order' --json
  leftfold topics -b localhost:9092 -r http://localhost:8081 -t orders --sample 5
  leftfold topics -b localhost:9092 -t orders --sample 5 -s value=avro:orders.avsc
  leftfold topics -F client.properties --test            how far the connection gets, step by step (with -t TOPIC: to a record of it)

\"at most\" is the span between a partition's first offset and its end: transactions' markers, compaction and deleted records leave
holes in it. With --json one topic a line: {topic, partitions: [{partition, low, high}], at_most, config, first_time, last_time, sample};
with --test one step a line: {part, outcome: works|fails|not-reached|none, message, code}. --test exits with 2 if a step fails.";

#[derive(Debug, Args)]
pub(crate) struct TopicsArgs {
    #[command(flatten)]
    pub(crate) kafka: KafkaArgs,
    /// The broker's own topics, too
    #[arg(long)]
    pub(crate) internal: bool,
    /// The last records of each partition, at most so many, decoded
    #[arg(long, value_name = "N")]
    pub(crate) sample: Option<u32>,
    /// Try the connection step by step: network, TLS, login, topics, schema registry
    #[arg(long, conflicts_with = "sample")]
    pub(crate) test: bool,
    /// As NDJSON
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) fn run(front: &mut Front, args: &TopicsArgs) -> Outcome {
    // What cannot be used is told before anybody is asked.
    args.kafka.reading()?;
    let settings = args.kafka.settings()?;
    let cancel = front.interrupt.cancel.clone();
    if args.test {
        let interrupt = front.interrupt.clone();
        let steps = interrupt.careful(|| check_with(&settings, &args.kafka.topics, &cancel));
        return tried(front, args, &steps);
    }
    let cluster = Cluster::connect(&settings)?;
    let interrupt = front.interrupt.clone();
    let bar = front.progress("asking");
    let mut refused: Vec<(String, KafkaError)> = Vec::new();
    let found = interrupt.careful(|| -> Outcome<Vec<(TopicFacts, Option<Sample>)>> {
        let topics: Vec<Topic> = if args.kafka.topics.is_empty() {
            cluster.all_topics(args.internal, &cancel)?
        } else {
            cluster.topics(&args.kafka.topics, &cancel)?
        };
        let mut found = Vec::new();
        let alone = topics.len() == 1;
        for topic in topics {
            let reading = args.kafka.reading()?;
            let facts = cluster.describe(&topic, &cancel);
            let one = facts.and_then(|facts| {
                let sampled = args
                    .sample
                    .map(|n| sample(&settings, &cluster, &topic, n, reading, &cancel));
                Ok((facts, sampled.transpose()?))
            });
            match one {
                Ok(one) => found.push(one),
                // What is of one topic keeps nobody from the others.
                Err(e) if !alone && e.is_of_topic() => refused.push((topic.name, e)),
                Err(e) => return Err(e.into()),
            }
        }
        Ok(found)
    });
    drop(bar);
    let found = found?;
    for note in found
        .iter()
        .filter_map(|(_, s)| s.as_ref())
        .flat_map(|s| &s.notes)
    {
        front.note(note);
    }
    if args.json {
        for (facts, sampled) in &found {
            document(facts, sampled.as_ref()).print(&mut front.out)?;
        }
    } else if refused.is_empty() || !found.is_empty() {
        print(front, &found)?;
    }
    all_read(&refused, found.len())
}

/// Tells of the topics that could not be looked into, if there are some: that is the end of the run.
fn all_read(refused: &[(String, KafkaError)], read: usize) -> Outcome {
    let Some((_, first)) = refused.first() else {
        return Ok(());
    };
    let each: Vec<String> = refused.iter().map(|(topic, e)| format!("{topic}: {e}")).collect();
    Err(Failure::new(
        first.code(),
        format!(
            "{} of {} topics could not be looked into: {}",
            refused.len(),
            refused.len() + read,
            each.join("; ")
        ),
    ))
}

fn document(facts: &TopicFacts, sampled: Option<&Sample>) -> Document {
    let partitions = facts.partitions.iter().map(|p| {
        Document::new()
            .with("partition", number(p.number))
            .with("low", number(p.low))
            .with("high", number(p.high))
    });
    let mut config = Object::new();
    for (name, value) in &facts.config {
        config.insert(name.as_str(), Value::from(value.as_str()));
    }
    let mut document = Document::new()
        .with("topic", facts.topic.name.as_str())
        .with("partitions", list(partitions))
        .with("at_most", number(facts.at_most()))
        .with("config", Value::Object(config));
    if let Some(sampled) = sampled {
        document = document
            .maybe("first_time", sampled.first.map(|t| t.to_string()))
            .maybe("last_time", sampled.last.map(|t| t.to_string()))
            .with("sample", list(sampled.values(&facts.topic.name)));
    }
    document
}

fn print(front: &mut Front, found: &[(TopicFacts, Option<Sample>)]) -> Outcome {
    let sampled = found.iter().any(|(_, s)| s.is_some());
    let mut columns = vec![
        Column::left("topic", Tone::Key, 12),
        Column::right("partitions", Tone::Number),
        Column::right("at most", Tone::Number),
        Column::left("cleanup", Tone::Plain, 7),
        Column::left("kept for", Tone::Plain, 8),
    ];
    if sampled {
        columns.extend([
            Column::left("first", Tone::Plain, 20),
            Column::left("last", Tone::Plain, 20),
        ]);
    }
    let mut table = Table::new(columns);
    for (facts, sample) in found {
        let mut cells = vec![
            facts.topic.name.clone(),
            grouped(facts.partitions.len() as u64),
            grouped(facts.at_most()),
            facts.config("cleanup.policy").unwrap_or_default().to_owned(),
            facts.config("retention.ms").map(kept_for).unwrap_or_default(),
        ];
        if sampled {
            let (first, last) = sample.as_ref().map(|s| (s.first, s.last)).unwrap_or_default();
            cells.extend([first, last].map(|t| t.map(|t| t.to_string()).unwrap_or_default()));
        }
        table.row(cells);
    }
    table.write(&mut front.out, front.paint, front.width)?;
    for (facts, sample) in found {
        if let Some(sample) = sample {
            print_sample(front, facts, sample)?;
        }
    }
    if found.is_empty() {
        front.note("no topic may be seen: there is none, or the right Describe is missing");
    }
    Ok(())
}

fn print_sample(front: &mut Front, facts: &TopicFacts, sample: &Sample) -> Outcome {
    use std::io::Write as _;
    writeln!(front.out)?;
    if sample.events.is_empty() {
        writeln!(front.out, "{}: no records", facts.topic.name)?;
        return Ok(());
    }
    let mut table = Table::new(vec![
        Column::left("position", Tone::Dim, 12),
        Column::left("time", Tone::Plain, 12),
        Column::left("stream", Tone::Key, 8),
        Column::left("type", Tone::Plain, 8),
        Column::left("decoded by", Tone::Dim, 8),
        Column::left("payload", Tone::Dim, 12),
    ]);
    for event in &sample.events {
        let payload = match (&event.payload.value, event.problems.first()) {
            (Some(value), _) => value.to_string(),
            (None, Some(problem)) => format!("! {}", problem.message),
            (None, None) => String::new(),
        };
        table.row(vec![
            event.position.clone().unwrap_or_default(),
            event.time.map(|t| t.to_string()).unwrap_or_default(),
            named(&event.stream).to_owned(),
            named(&event.kind).to_owned(),
            decoded_by(event),
            payload.chars().take(200).collect(),
        ]);
    }
    table.write(&mut front.out, front.paint, front.width)?;
    Ok(())
}

/// In which form a value was read and why, or at least what it is.
fn decoded_by(event: &Event) -> String {
    let fact = event.extra.iter().find(|(name, _)| name == "decoded_by");
    let said = fact.and_then(|(_, why)| why.as_str());
    said.unwrap_or(event.payload.encoding).to_owned()
}

/// Milliseconds as days, hours or less.
fn kept_for(ms: &str) -> String {
    match ms.parse::<i64>() {
        Ok(-1) => "for ever".to_owned(),
        Ok(ms) => [(86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1_000, "s")]
            .iter()
            .find(|(unit, _)| ms >= *unit && ms % unit == 0)
            .map_or_else(
                || format!("{ms} ms"),
                |(unit, name)| format!("{} {name}", ms / unit),
            ),
        Err(_) => ms.to_owned(),
    }
}

/// The steps of a connection that was tried.
fn tried(front: &mut Front, args: &TopicsArgs, steps: &[Step]) -> Outcome {
    let mut table = Table::new(vec![
        Column::left("part", Tone::Key, 8),
        Column::left("outcome", Tone::Plain, 11),
        Column::left("", Tone::Plain, usize::MAX),
    ]);
    for step in steps {
        let (outcome, message, code) = match &step.outcome {
            Went::Works(found) => ("works", found.as_str(), None),
            Went::Fails { code, message } => ("fails", message.as_str(), Some(code.as_str())),
            Went::NotReached => ("not reached", "", None),
            Went::None => ("none", why_none(step.part), None),
        };
        if args.json {
            Document::new()
                .with("part", step.part.name())
                .with("outcome", outcome.replace(' ', "-"))
                .maybe("message", Some(message).filter(|m| !m.is_empty()))
                .maybe("code", code)
                .print(&mut front.out)?;
        }
        table.row(vec![
            step.part.name().to_owned(),
            outcome.to_owned(),
            message.to_owned(),
        ]);
    }
    if !args.json {
        table.write(&mut front.out, front.paint, None)?;
    }
    let failed = steps.iter().find_map(|s| match &s.outcome {
        Went::Fails { code, message } => Some(Failure::new(code.clone(), message.clone())),
        _ => None,
    });
    failed.map_or(Ok(()), Err)
}

fn why_none(part: Part) -> &'static str {
    match part {
        Part::Tls | Part::Login => "security.protocol asks for none",
        Part::Registry => "none is named (-r)",
        _ => "",
    }
}
