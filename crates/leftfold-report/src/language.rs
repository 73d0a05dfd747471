//! What pictures and pages of a history say, in each language: data.

use crate::chart::Heights;
use crate::density::grouped;

/// The language of a picture's or a page's own words; what is taken from the history stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Simplified Chinese.
    SimplifiedChinese,
}

/// Words that stand for themselves.
#[derive(Debug)]
#[allow(missing_docs, reason = "each is what it says")]
pub struct Words {
    pub tag: &'static str,
    pub after: &'static str,
    pub before: &'static str,
    pub before_the_first: &'static str,
    pub bookmarks: &'static str,
    pub changes: &'static str,
    pub event: &'static str,
    pub event_count: &'static str,
    pub event_and_state: &'static str,
    pub events: &'static str,
    pub events_by_type: &'static str,
    pub events_over_time: &'static str,
    pub field: &'static str,
    pub filter: &'static str,
    pub from: &'static str,
    pub hidden: &'static str,
    pub no_name: &'static str,
    pub no_note: &'static str,
    pub nothing: &'static str,
    pub path: &'static str,
    pub payload: &'static str,
    pub position: &'static str,
    pub projection: &'static str,
    pub set_by: &'static str,
    pub stream: &'static str,
    pub streams: &'static str,
    pub time: &'static str,
    pub to: &'static str,
    pub kind: &'static str,
    pub version: &'static str,
    pub whole: &'static str,
    /// Days, hours, minutes, seconds, milliseconds, microseconds, nanoseconds.
    units: [&'static str; 7],
}

const ENGLISH: Words = Words {
    tag: "en",
    after: "after",
    before: "before",
    before_the_first: "before the first event",
    bookmarks: "Bookmarks",
    changes: "Changes",
    event: "event",
    event_count: "events",
    event_and_state: "event and state",
    events: "Events",
    events_by_type: "Events by type",
    events_over_time: "Events over time",
    field: "field",
    filter: "filter",
    from: "from",
    hidden: "hidden by masks",
    no_name: "(none)",
    no_note: "(no note)",
    nothing: "nothing",
    path: "path",
    payload: "payload",
    position: "position",
    projection: "projection",
    set_by: "set by",
    stream: "stream",
    streams: "Streams",
    time: "time",
    to: "to",
    kind: "type",
    version: "version",
    whole: "(whole)",
    units: ["d", "h", "min", "s", "ms", "µs", "ns"],
};

const CHINESE: Words = Words {
    tag: "zh-CN",
    after: "之后",
    before: "之前",
    before_the_first: "第一个事件之前",
    bookmarks: "书签",
    changes: "变更",
    event: "事件",
    event_count: "事件数",
    event_and_state: "事件与状态",
    events: "事件",
    events_by_type: "按类型统计的事件",
    events_over_time: "事件随时间的分布",
    field: "字段",
    filter: "筛选",
    from: "起点",
    hidden: "已遮蔽",
    no_name: "（无）",
    no_note: "（无备注）",
    nothing: "无",
    path: "路径",
    payload: "载荷",
    position: "位置",
    projection: "投影",
    set_by: "由谁设置",
    stream: "流",
    streams: "流",
    time: "时间",
    to: "终点",
    kind: "类型",
    version: "版本",
    whole: "（整体）",
    units: ["天", "小时", "分钟", "秒", "毫秒", "微秒", "纳秒"],
};

/// Nanoseconds of each unit.
const UNITS: [i64; 7] = [
    86_400_000_000_000,
    3_600_000_000_000,
    60_000_000_000,
    1_000_000_000,
    1_000_000,
    1_000,
    1,
];

impl Language {
    /// The words of the language.
    pub const fn words(self) -> &'static Words {
        match self {
            Self::English => &ENGLISH,
            Self::SimplifiedChinese => &CHINESE,
        }
    }

    /// `1 event`, `2,000 events`.
    pub fn count_events(self, n: u64) -> String {
        let digits = grouped(i128::from(n));
        match self {
            Self::English => format!("{digits} event{}", plural(n)),
            Self::SimplifiedChinese => format!("{digits} 个事件"),
        }
    }

    /// Streams of a list that are not in it.
    pub fn streams_left_out(self, n: u64) -> String {
        let digits = grouped(i128::from(n));
        match self {
            Self::English => format!("{digits} stream{} with fewer events left out", plural(n)),
            Self::SimplifiedChinese => format!("另有 {digits} 个事件较少的流未列出"),
        }
    }

    /// Events behind those of a list.
    pub fn events_left_out(self, n: u64) -> String {
        match self {
            Self::English => format!("{} after these left out", self.count_events(n)),
            Self::SimplifiedChinese => format!("其后另有 {}未列出", self.count_events(n)),
        }
    }

    /// A number with its digits grouped.
    pub fn count(self, n: u64) -> String {
        grouped(i128::from(n))
    }

    /// The last event before a moment that is no event's.
    pub fn last_before(self, event: &str) -> String {
        match self {
            Self::English => format!("the last event before it: {event}"),
            Self::SimplifiedChinese => format!("此前最后一个事件：{event}"),
        }
    }

    /// A length of time without events.
    pub(crate) fn idle(self, length: &str) -> String {
        match self {
            Self::English => format!("{length} idle"),
            Self::SimplifiedChinese => format!("空闲 {length}"),
        }
    }

    /// By what measure counts are as high as they are drawn.
    pub(crate) const fn heights(self, heights: Heights) -> &'static str {
        match (self, heights) {
            (Self::English, Heights::OfLane) => "each lane to its own scale",
            (Self::English, Heights::Linear) => "one scale for all lanes",
            (Self::English, Heights::Root) => "one scale for all lanes, by square roots",
            (Self::SimplifiedChinese, Heights::OfLane) => "各泳道刻度独立",
            (Self::SimplifiedChinese, Heights::Linear) => "所有泳道共用刻度",
            (Self::SimplifiedChinese, Heights::Root) => "所有泳道共用刻度（平方根）",
        }
    }

    /// So many lines of a table are not in it.
    pub fn more(self, n: usize) -> String {
        match self {
            Self::English => format!("{n} more"),
            Self::SimplifiedChinese => format!("另有 {n} 项"),
        }
    }

    /// How long a text is whose beginning was shown.
    pub fn characters(self, n: usize) -> String {
        match self {
            Self::English => format!("… ({n} characters)"),
            Self::SimplifiedChinese => format!("…（共 {n} 个字符）"),
        }
    }

    /// Whose state it is, and by which projection.
    pub fn state_of(self, stream: &str, projection: &str) -> String {
        match self {
            Self::English => format!("state of {stream} ({projection})"),
            Self::SimplifiedChinese => format!("{stream} 的状态（{projection}）"),
        }
    }

    /// What made a page, when that is to be told, and what it did.
    pub(crate) fn made_by(self, tool: &str, made: Option<&str>) -> String {
        match (self, made) {
            (Self::English, Some(made)) => format!("Made by {tool} on {made}. The source was only read."),
            (Self::English, None) => format!("Made by {tool}. The source was only read."),
            (Self::SimplifiedChinese, Some(made)) => {
                format!("由 {tool} 于 {made} 生成。数据源仅被读取，未作改动。")
            }
            (Self::SimplifiedChinese, None) => format!("由 {tool} 生成。数据源仅被读取，未作改动。"),
        }
    }

    /// From one point to another, in log order.
    pub(crate) fn in_log_order(self, from: &str, to: &str) -> String {
        match self {
            Self::English => format!("log order, {from} to {to}"),
            Self::SimplifiedChinese => format!("日志顺序，{from} 至 {to}"),
        }
    }

    /// From one moment to another.
    pub(crate) fn in_time(self, from: &str, to: &str) -> String {
        match self {
            Self::English => format!("{from} to {to} UTC"),
            Self::SimplifiedChinese => format!("{from} 至 {to} UTC"),
        }
    }

    /// A length of time in its two greatest units: `3 h 12 min`.
    pub(crate) fn duration(self, nanos: i64) -> String {
        let names = self.words().units;
        let first = UNITS.iter().position(|unit| nanos >= *unit).unwrap_or(6);
        let whole = nanos / UNITS[first];
        let text = format!("{} {}", grouped(i128::from(whole)), names[first]);
        let second = UNITS.get(first + 1).map_or(0, |unit| nanos % UNITS[first] / unit);
        if second > 0 && whole < 100 {
            format!("{text} {second} {}", names[first + 1])
        } else {
            text
        }
    }
}

const fn plural(n: u64) -> &'static str {
    if n == 1 { "" } else { "s" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_event_is_no_events() {
        let told = [0, 1, 2000].map(|n| Language::English.count_events(n));
        assert_eq!(told, ["0 events", "1 event", "2,000 events"]);
        assert_eq!(Language::SimplifiedChinese.count_events(2000), "2,000 个事件");
    }

    #[test]
    fn lengths_of_time_are_told_in_two_units() {
        let told =
            [0, 1, 1_500, 11_520_000_000_000, 8_640_000_000_000_000].map(|n| Language::English.duration(n));
        assert_eq!(told, ["0 ns", "1 ns", "1 µs 500 ns", "3 h 12 min", "100 d"]);
        assert_eq!(
            Language::SimplifiedChinese.duration(11_520_000_000_000),
            "3 小时 12 分钟"
        );
    }
}
