//! The parts of librdkafka that the `rdkafka` crate does not offer: the simple consumer, which reads partitions in batches and knows no
//! groups; headers whose names are no text; a topic's id.
//!
//! All unsafe code of Leftfold stands here. What each call needs is written down in librdkafka's `rdkafka.h`.
#![allow(unsafe_code, reason = "librdkafka is a C library; see above")]

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::marker::PhantomData;
use std::ptr;
use std::slice;
use std::sync::Arc;
use std::time::Duration;

use leftfold_source::capture::{Headers, Record, TimestampKind};
use rdkafka::bindings as rd;
use rdkafka::config::NativeClientConfig;
use rdkafka::topic_partition_list::TopicPartitionList;
use rdkafka::types::{RDKafka, RDKafkaErrorCode, RDKafkaMessage, RDKafkaRespErr};

use crate::cluster::{Cluster, Listener};

/// Messages taken from librdkafka at a time.
const BATCH: usize = 8_192;

/// Lets a listener hear what a client says that is made with this configuration. The client's context must be that listener.
pub(crate) fn listen(config: &NativeClientConfig) {
    unsafe extern "C" fn error(_: *mut RDKafka, code: c_int, reason: *const c_char, listener: *mut c_void) {
        // SAFETY: the opaque of a client is its context, which lives as long; the reason is a C string.
        let (listener, reason) = unsafe { (&*listener.cast::<Listener>(), CStr::from_ptr(reason)) };
        // SAFETY: librdkafka hands over one of its own codes as a number.
        let code: RDKafkaRespErr = unsafe { std::mem::transmute(code) };
        listener.hear(code.into(), reason.to_string_lossy().trim());
    }
    unsafe extern "C" fn log(client: *const RDKafka, _: c_int, facility: *const c_char, line: *const c_char) {
        // SAFETY: as above; both texts are C strings.
        unsafe {
            let listener = rd::rd_kafka_opaque(client).cast::<Listener>();
            if let Some(listener) = listener.as_ref() {
                let (facility, line) = (CStr::from_ptr(facility), CStr::from_ptr(line));
                listener.log(&facility.to_string_lossy(), &line.to_string_lossy());
            }
        }
    }
    // SAFETY: the configuration is alive, and the functions have the types that are asked for.
    unsafe {
        rd::rd_kafka_conf_set_error_cb(config.ptr(), Some(error));
        rd::rd_kafka_conf_set_log_cb(config.ptr(), Some(log));
    }
}

/// Lets a client say what it has to say, and renew its tokens.
pub(crate) fn serve(client: *mut RDKafka) {
    // SAFETY: the client is alive.
    unsafe { rd::rd_kafka_poll(client, 0) };
}

/// Gives a client brokers to ask for all others; those it has already are not added again.
pub(crate) fn add_brokers(client: *mut RDKafka, brokers: &str) {
    let Ok(brokers) = CString::new(brokers) else {
        return;
    };
    // SAFETY: the client is alive, and copies the text.
    unsafe { rd::rd_kafka_brokers_add(client, brokers.as_ptr()) };
}

/// Puts offsets in the place of times in a list.
pub(crate) fn offsets_for_times(
    client: *mut RDKafka,
    list: &TopicPartitionList,
    wait: Duration,
) -> Result<(), RDKafkaErrorCode> {
    // SAFETY: client and list are alive.
    match unsafe { rd::rd_kafka_offsets_for_times(client, list.ptr(), millis(wait)) } {
        RDKafkaRespErr::RD_KAFKA_RESP_ERR_NO_ERROR => Ok(()),
        error => Err(error.into()),
    }
}

fn millis(wait: Duration) -> i32 {
    i32::try_from(wait.as_millis()).unwrap_or(i32::MAX)
}

/// Reads partitions of one client into one queue.
pub(crate) struct SimpleConsumer<'c> {
    client: *mut RDKafka,
    queue: *mut rd::rd_kafka_queue_t,
    topics: Vec<*mut rd::rd_kafka_topic_t>,
    started: Vec<(usize, i32)>,
    batch: Vec<*mut RDKafkaMessage>,
    /// Keeps a client alive that nobody else does; let go of last.
    _owner: Option<Arc<Cluster>>,
    lives: PhantomData<&'c ()>,
}

impl<'c> SimpleConsumer<'c> {
    /// A consumer of the client, which outlives it. `client` is that of a live consumer of the `rdkafka` crate.
    pub(crate) fn new<C>(_owner: &'c C, client: *mut RDKafka) -> Self {
        // SAFETY: the client lives as long as its owner, which is borrowed.
        let queue = unsafe { rd::rd_kafka_queue_new(client) };
        Self {
            client,
            queue,
            topics: Vec::new(),
            started: Vec::new(),
            batch: Vec::with_capacity(BATCH),
            _owner: None,
            lives: PhantomData,
        }
    }

    /// The same of a client that it keeps alive itself.
    pub(crate) fn keeping(owner: &Arc<Cluster>) -> Self {
        let client = owner.native();
        // SAFETY: the client lives as long as its owner, of which a share is kept.
        let queue = unsafe { rd::rd_kafka_queue_new(client) };
        Self {
            client,
            queue,
            topics: Vec::new(),
            started: Vec::new(),
            batch: Vec::with_capacity(BATCH),
            _owner: Some(Arc::clone(owner)),
            lives: PhantomData,
        }
    }

    /// Takes in a topic; its number here. `None`: the name cannot be one.
    pub(crate) fn topic(&mut self, name: &str) -> Option<usize> {
        let name = CString::new(name).ok()?;
        // SAFETY: the client is alive, the name is a C string, and no configuration means the client's own.
        let topic = unsafe { rd::rd_kafka_topic_new(self.client, name.as_ptr(), ptr::null_mut()) };
        if topic.is_null() {
            return None;
        }
        self.topics.push(topic);
        Some(self.topics.len() - 1)
    }

    /// Begins to read a partition.
    pub(crate) fn start(
        &mut self,
        topic: usize,
        partition: i32,
        offset: i64,
    ) -> Result<(), RDKafkaErrorCode> {
        // SAFETY: topic and queue are ours and alive.
        let failed =
            unsafe { rd::rd_kafka_consume_start_queue(self.topics[topic], partition, offset, self.queue) }
                == -1;
        if failed {
            return Err(last_error());
        }
        self.started.push((topic, partition));
        Ok(())
    }

    /// Stops reading a partition. What is in the queue already still comes.
    pub(crate) fn stop(&mut self, topic: usize, partition: i32) {
        if let Some(i) = self.started.iter().position(|s| *s == (topic, partition)) {
            self.started.swap_remove(i);
            // SAFETY: the topic is ours and alive, and the partition was started.
            unsafe { rd::rd_kafka_consume_stop(self.topics[topic], partition) };
        }
    }

    /// What has come: waits until there is a whole batch, at most `wait`.
    pub(crate) fn poll(&mut self, wait: Duration) -> Messages<'_> {
        // SAFETY: the buffer has room for BATCH pointers, and the count that comes back says how many were written.
        unsafe {
            let n =
                rd::rd_kafka_consume_batch_queue(self.queue, millis(wait), self.batch.as_mut_ptr(), BATCH);
            self.batch.set_len(usize::try_from(n).unwrap_or(0).min(BATCH));
        }
        Messages {
            batch: &mut self.batch,
            topics: &self.topics,
        }
    }
}

impl Drop for SimpleConsumer<'_> {
    fn drop(&mut self) {
        for (topic, partition) in std::mem::take(&mut self.started) {
            // SAFETY: as in `stop`.
            unsafe { rd::rd_kafka_consume_stop(self.topics[topic], partition) };
        }
        // SAFETY: both are ours, and nothing refers to them any more.
        unsafe {
            rd::rd_kafka_queue_destroy(self.queue);
            for topic in &self.topics {
                rd::rd_kafka_topic_destroy(*topic);
            }
        }
    }
}

fn last_error() -> RDKafkaErrorCode {
    // SAFETY: reads a variable of this thread.
    unsafe { rd::rd_kafka_last_error() }.into()
}

/// One batch of messages; freed when dropped.
pub(crate) struct Messages<'b> {
    batch: &'b mut Vec<*mut RDKafkaMessage>,
    topics: &'b [*mut rd::rd_kafka_topic_t],
}

impl Messages<'_> {
    /// The messages in the order they came.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Message<'_>> {
        self.batch.iter().map(|m| Message {
            // SAFETY: librdkafka gave these pointers, and the messages live until this batch is dropped.
            raw: unsafe { &**m },
            topics: self.topics,
        })
    }
}

impl Drop for Messages<'_> {
    fn drop(&mut self) {
        for message in self.batch.drain(..) {
            // SAFETY: each was given to us to destroy, once.
            unsafe { rd::rd_kafka_message_destroy(message) };
        }
    }
}

/// A record, or something that happened to a partition.
pub(crate) struct Message<'b> {
    raw: &'b RDKafkaMessage,
    topics: &'b [*mut rd::rd_kafka_topic_t],
}

impl<'b> Message<'b> {
    /// The number of its topic in the consumer.
    pub(crate) fn topic(&self) -> Option<usize> {
        if let Some(found) = self.topics.iter().position(|t| *t == self.raw.rkt) {
            return Some(found);
        }
        if self.raw.rkt.is_null() {
            return None;
        }
        // SAFETY: both are live topics; the names are C strings that live as long.
        let name = |topic| unsafe { CStr::from_ptr(rd::rd_kafka_topic_name(topic)) };
        let own = name(self.raw.rkt);
        self.topics.iter().position(|t| name(*t) == own)
    }

    pub(crate) fn partition(&self) -> i32 {
        self.raw.partition
    }

    pub(crate) fn offset(&self) -> i64 {
        self.raw.offset
    }

    /// What happened; `None`: this is a record.
    pub(crate) fn error(&self) -> Option<(RDKafkaErrorCode, String)> {
        if self.raw.err == RDKafkaRespErr::RD_KAFKA_RESP_ERR_NO_ERROR {
            return None;
        }
        // SAFETY: the text lives as long as the message.
        let text = unsafe {
            let text = rd::rd_kafka_message_errstr(self.raw);
            if text.is_null() {
                String::new()
            } else {
                CStr::from_ptr(text).to_string_lossy().into_owned()
            }
        };
        Some((self.raw.err.into(), text))
    }

    /// The record's own bytes.
    pub(crate) fn record(&self) -> Record<'b> {
        let mut kind = rd::rd_kafka_timestamp_type_t::RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
        // SAFETY: the message is alive, and `kind` is written to.
        let ms = unsafe { rd::rd_kafka_message_timestamp(self.raw, &raw mut kind) };
        let kind = match kind {
            rd::rd_kafka_timestamp_type_t::RD_KAFKA_TIMESTAMP_CREATE_TIME => Some(TimestampKind::Create),
            rd::rd_kafka_timestamp_type_t::RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME => Some(TimestampKind::Append),
            rd::rd_kafka_timestamp_type_t::RD_KAFKA_TIMESTAMP_NOT_AVAILABLE => None,
        };
        // SAFETY: pointer and length belong together, and the bytes live as long as the message.
        let bytes = |start: *mut c_void, len: usize| {
            (!start.is_null()).then(|| unsafe { slice::from_raw_parts::<'b>(start.cast::<u8>(), len) })
        };
        Record {
            // Kafka says -1 for a record without a time.
            timestamp: kind.filter(|_| ms >= 0).map(|kind| (ms, kind)),
            key: bytes(self.raw.key, self.raw.key_len),
            value: bytes(self.raw.payload, self.raw.len),
        }
    }

    /// The record's headers, all of them, in order.
    pub(crate) fn headers(&self, out: &mut Headers) {
        out.clear();
        let mut headers = ptr::null_mut();
        // SAFETY: the message is alive; what comes back belongs to it.
        let found = unsafe { rd::rd_kafka_message_headers(self.raw, &raw mut headers) };
        if found != RDKafkaRespErr::RD_KAFKA_RESP_ERR_NO_ERROR || headers.is_null() {
            return;
        }
        for index in 0.. {
            let (mut name, mut value, mut len): (*const c_char, *const c_void, usize) =
                (ptr::null(), ptr::null(), 0);
            // SAFETY: the headers are alive, and the three are written to when there is such a header.
            unsafe {
                let found =
                    rd::rd_kafka_header_get_all(headers, index, &raw mut name, &raw mut value, &raw mut len);
                if found != RDKafkaRespErr::RD_KAFKA_RESP_ERR_NO_ERROR || name.is_null() {
                    return;
                }
                let value = (!value.is_null()).then(|| slice::from_raw_parts(value.cast::<u8>(), len));
                out.push(CStr::from_ptr(name).to_bytes(), value);
            }
        }
    }
}

/// The ids of these topics, where the broker tells them: an id is another one after the topic was deleted and made anew.
pub(crate) fn topic_ids(client: *mut RDKafka, names: &[String], wait: Duration) -> Vec<Option<String>> {
    let mut ids = vec![None; names.len()];
    let Ok(owned) = names
        .iter()
        .map(|n| CString::new(n.as_str()))
        .collect::<Result<Vec<_>, _>>()
    else {
        return ids;
    };
    let mut pointers: Vec<*const c_char> = owned.iter().map(|n| n.as_ptr()).collect();
    // SAFETY: everything made here is destroyed below, after its last use; the client is alive.
    unsafe {
        let queue = rd::rd_kafka_queue_new(client);
        let options =
            rd::rd_kafka_AdminOptions_new(client, rd::rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_DESCRIBETOPICS);
        rd::rd_kafka_AdminOptions_set_request_timeout(options, millis(wait), ptr::null_mut(), 0);
        let topics = rd::rd_kafka_TopicCollection_of_topic_names(pointers.as_mut_ptr(), pointers.len());
        rd::rd_kafka_DescribeTopics(client, topics, options, queue);
        let event = rd::rd_kafka_queue_poll(queue, millis(wait));
        let result = rd::rd_kafka_event_DescribeTopics_result(event);
        if !result.is_null() {
            let mut count = 0;
            let found = rd::rd_kafka_DescribeTopics_result_topics(result, &raw mut count);
            for i in 0..count {
                let topic = *found.add(i);
                let name = CStr::from_ptr(rd::rd_kafka_TopicDescription_name(topic)).to_bytes();
                let id = rd::rd_kafka_TopicDescription_topic_id(topic);
                if let (Some(place), false) = (names.iter().position(|n| n.as_bytes() == name), id.is_null())
                {
                    let text = rd::rd_kafka_Uuid_base64str(id);
                    if !text.is_null() {
                        let text = CStr::from_ptr(text).to_string_lossy().into_owned();
                        // All zeros stand for none.
                        ids[place] = Some(text).filter(|t| t.bytes().any(|b| b != b'A' && b != b'='));
                    }
                }
            }
        }
        if !event.is_null() {
            rd::rd_kafka_event_destroy(event);
        }
        rd::rd_kafka_TopicCollection_destroy(topics);
        rd::rd_kafka_AdminOptions_destroy(options);
        rd::rd_kafka_queue_destroy(queue);
    }
    ids
}

/// A topic's configuration by name, where the broker tells it.
pub(crate) fn topic_config(client: *mut RDKafka, topic: &str, wait: Duration) -> Vec<(String, String)> {
    let mut config = Vec::new();
    let Ok(name) = CString::new(topic) else {
        return config;
    };
    // SAFETY: everything made here is destroyed below, after its last use; the client is alive; a null result has no resources.
    unsafe {
        let queue = rd::rd_kafka_queue_new(client);
        let options =
            rd::rd_kafka_AdminOptions_new(client, rd::rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
        rd::rd_kafka_AdminOptions_set_request_timeout(options, millis(wait), ptr::null_mut(), 0);
        let mut resource = rd::rd_kafka_ConfigResource_new(
            rd::rd_kafka_ResourceType_t::RD_KAFKA_RESOURCE_TOPIC,
            name.as_ptr(),
        );
        rd::rd_kafka_DescribeConfigs(client, &raw mut resource, 1, options, queue);
        let event = rd::rd_kafka_queue_poll(queue, millis(wait));
        let result = rd::rd_kafka_event_DescribeConfigs_result(event);
        if !result.is_null() {
            let mut count = 0;
            let resources = rd::rd_kafka_DescribeConfigs_result_resources(result, &raw mut count);
            for i in 0..count {
                let mut entries = 0;
                let found = rd::rd_kafka_ConfigResource_configs(*resources.add(i), &raw mut entries);
                for j in 0..entries {
                    let entry = *found.add(j);
                    let (name, value) = (
                        rd::rd_kafka_ConfigEntry_name(entry),
                        rd::rd_kafka_ConfigEntry_value(entry),
                    );
                    if !name.is_null() && !value.is_null() {
                        let text = |t| CStr::from_ptr(t).to_string_lossy().into_owned();
                        config.push((text(name), text(value)));
                    }
                }
            }
        }
        if !event.is_null() {
            rd::rd_kafka_event_destroy(event);
        }
        rd::rd_kafka_ConfigResource_destroy(resource);
        rd::rd_kafka_AdminOptions_destroy(options);
        rd::rd_kafka_queue_destroy(queue);
    }
    config
}
