import { CAPTURE_SENTENCES_ZH } from './captureSentences';
import { ASKED_ZH } from './sentences.asked';
import { OF_FINDINGS_ZH } from './sentences.findings';
import { OF_SESSION_ZH } from './sentences.session';

/**
 * Chinese for what the program says in sentences about a store: notes of the layouts, reasons of a guess, and what could not be read.
 * `{}` stands for a name, a number or another sentence; `{0}`, `{1}` say where they go, `{0!}` of a name that is no sentence.
 */
export const SENTENCES_ZH: readonly (readonly [english: string, chinese: string])[] = [
  ...CAPTURE_SENTENCES_ZH,
  ...ASKED_ZH,
  ...OF_FINDINGS_ZH,
  // How a record was decoded, and why.
  [
    'json: it is a JSON object with schema and payload, as Kafka Connect writes keys; the payload names the stream',
    'json：这是带有 schema 与 payload 的 JSON 对象，是 Kafka Connect 写入的键；以 payload 命名流',
  ],
  ['{}: your choice {}', '{0!}：由您选择（{1!}）'],
  ['{}: it is framed with schema {} of the registry', '{0!}：其首部指明注册表的模式 {1!}'],
  ['{}: the header {} names schema {} of the registry', '{0!}：消息头 {1!} 指明注册表的模式 {2!}'],
  ['{}: the header {} says {}', '{0!}：消息头 {1!} 写明 {2!}'],
  [
    '{}: it is a JSON object with specversion, id, source and type, so a CloudEvent whose data is the payload',
    '{0!}：是含 specversion、id、source 与 type 的 JSON 对象，即 CloudEvent，其 data 为载荷',
  ],
  [
    '{}: it is a JSON object with op, before and after, so a change record of Debezium',
    '{0!}：是含 op、before 与 after 的 JSON 对象，即 Debezium 的变更记录',
  ],
  ['{}: it is a JSON object', '{0!}：是 JSON 对象'],
  ['{}: it is JSON from its first to its last byte', '{0!}：从头到尾都是 JSON'],
  ['{}: it begins as {} data, and holds JSON', '{0!}：以 {1!} 数据开头，内含 JSON'],
  ['{}: it begins with {}, as {}', '{0!}：以 {1!} 开头，是 {2!}'],
  ['{}: it begins as a map in {}, and ends where that says', '{0!}：以 {1!} 的映射开头，并在其所述之处结束'],
  ['{}: by what its bytes look like', '{0!}：按其字节的样子'],
  ['the file is a capture of format {}', '该文件是格式 {0} 的捕获'],
  // What the events of two sides are known by, and why.
  ['you said so', '由您指定'],
  ['{} of {} ids looked at on the left are on the right, too', '左侧查看的 {1} 个标识中有 {0} 个也在右侧'],
  ['{}, and all events state their version', '{0}，且所有事件都注明版本'],
  ['{}, and not all events state their version', '{0}，且并非所有事件都注明版本'],
  ['events have no ids on both sides', '两侧的事件没有标识'],
  ['ids that are small numbers are not trusted', '小数字形式的标识不予采信'],
  ['most events have no id', '多数事件没有标识'],
  ['ids of the left are not on the right', '左侧的标识不在右侧'],
  // A connection that is tried.
  ['encrypted', '已加密'],
  ['accepted', '已接受'],
  ['{} is open', '{0} 可以连接'],
  ['{} topics may be seen', '可以看到 {0} 个主题'],
  [
    'no topic may be seen: there is none, or the right Describe is missing',
    '看不到任何主题：没有主题，或缺少 Describe 权限',
  ],
  ['{} knows {}', '{0} 支持 {1}'],
  // Notes of the layouts.
  ['Rows marked as deleted are left out.', '标记为已删除的行不显示。'],
  ['Times count .NET ticks in UTC.', '时间以 UTC 的 .NET 刻度计。'],
  [
    "The direct cause is Axon's correlationId and the root its traceId; a cause is often a command, which is not stored.",
    '直接起因是 Axon 的 correlationId，根源是其 traceId；起因往往是命令，而命令不被存储。',
  ],
  [
    "The root of a workflow is Axon 5's correlationId and the direct cause its causationId; a cause is often a command, which is not stored.",
    '流程的根源是 Axon 5 的 correlationId，直接起因是其 causationId；起因往往是命令，而命令不被存储。',
  ],
  ['Events without an aggregate have an empty stream name.', '没有聚合的事件，其流名为空。'],
  ['Events in no stream have an empty stream name.', '不属于任何流的事件，其流名为空。'],
  ['The order of times and the global order may differ.', '时间顺序与全局顺序可能不同。'],
  ['Of a payload with its class beside it only the payload is shown.', '载荷旁附有其类名时，只显示载荷。'],
  ['A uuid kept as bytes is shown as text.', '以字节存储的 UUID 显示为文本。'],
  ['Every event is shown once, in its original stream.', '每个事件只在其原始流中显示一次。'],
  ['The store states no time for its events.', '该存储未记录事件的时间。'],
  [
    'The store states no time for its events and no order over all streams: events stand in the order of their rows.',
    '该存储未记录事件的时间，也没有跨流的顺序：事件按行的顺序排列。',
  ],
  [
    'An event belongs to one stream for each of its domain ids; the streams state no versions.',
    '事件按其每个领域标识各属于一个流；这些流没有版本。',
  ],
  [
    'Emmett writes times in UTC, to the second, without saying so in the value.',
    'Emmett 以 UTC 写入时间，精确到秒，但值中未注明。',
  ],
  ['Archived messages and messages that are no events are left out.', '已归档的消息和非事件的消息不显示。'],
  ['Archived events are left out.', '已归档的事件不显示。'],
  [
    'Payload and metadata are binary (bitcode) and hold no names of fields: they are shown as bytes.',
    '载荷与元数据为二进制（bitcode），不含字段名：按字节显示。',
  ],
  ['The order is that of times, then versions, then ids.', '先按时间，再按版本，再按标识排序。'],
  [
    'Times are inside the payload; where it is encrypted there is none.',
    '时间在载荷之内；载荷加密时没有时间。',
  ],
  ['The store keeps no metadata.', '该存储不保留元数据。'],
  [
    "A row is a commit; each event in it is shown on its own, all at the commit's position and time.",
    '一行是一次提交；其中每个事件单独显示，位置与时间均取自该提交。',
  ],
  ["The default bucket is left out of the streams' names.", '流名中省略默认的 bucket。'],
  ['An outbox states no versions.', '发件箱没有版本。'],
  [
    'Rows are often removed once they are sent: events may be missing.',
    '行在发送后往往被删除：可能缺少事件。',
  ],
  [
    "Payloads are written by the application's serializers; what is no JSON is shown as bytes.",
    '载荷由应用的序列化器写入；不是 JSON 的按字节显示。',
  ],
  [
    'Each stream of prooph is a table of its own; event_streams maps their names.',
    'prooph 的每个流是一张单独的表；其名称由 event_streams 对应。',
  ],
  [
    'An event in several streams is counted once; streams named $by_… are not shown.',
    '属于多个流的事件只计一次；名为 $by_… 的流不显示。',
  ],
  [
    'The order is that of times, then thread counters; the thread is random, so there is no order number.',
    '先按时间，再按线程计数器排序；线程是随机的，因此没有顺序号。',
  ],
  ["reSolve's own events (RESOLVE_…) stand among the others.", 'reSolve 自身的事件（RESOLVE_…）也在其中。'],
  [
    'SQLite may have turned payloads that are numbers into its own numbers.',
    '本身是数字的载荷可能已被 SQLite 转换为它自己的数字。',
  ],
  [
    "Times are to the second and state no zone; Laravel writes its application's zone, UTC by default.",
    '时间精确到秒，未注明时区；Laravel 按应用的时区写入，默认为 UTC。',
  ],
  [
    'Times state no zone where the export left it out; the library writes UTC.',
    '导出时省略了时区的时间未注明时区；该库以 UTC 写入。',
  ],
  ['Times state no zone; the library writes UTC.', '时间未注明时区；该库以 UTC 写入。'],
  ['Times state no zone; {} writes UTC.', '时间未注明时区；{0} 以 UTC 写入。'],
  ['Events stand in the order of their lines.', '事件按行的顺序排列。'],
  [
    'The table has no row numbers, so there is no order over all streams: events stand in the order of their key.',
    '该表没有行号，因此没有跨流的顺序：事件按其键的顺序排列。',
  ],
  // Notes of a file.
  [
    'The schema of the file is damaged: what can still be read is shown.',
    '文件的结构已损坏：显示仍可读取的部分。',
  ],
  [
    'The file is damaged: {}. Rows in the missing part cannot be shown.',
    '文件已损坏：{0}。缺失部分的行无法显示。',
  ],
  ['the file is shorter than its header says: {} of {} bytes', '比文件头所述更短（{1} 字节中只有 {0} 字节）'],
  [
    'the file is shorter than its header says: {} of {} bytes; {}',
    '比文件头所述更短（{1} 字节中只有 {0} 字节）；{2}',
  ],
  ['this is a folder; name a file in it', '这是文件夹；请指明其中的文件'],
  [
    '{}; close the program that writes it, or wait until it has committed, and try again',
    '{0}；请关闭正在写入的程序，或等其提交后重试',
  ],
  ['it changed while it was copied; try again', '复制期间文件发生更改；请重试'],
  [
    'it is rolled back in a temporary copy, and none can be made: {}; TMPDIR names another folder for it, or open the file once with the program that writes it',
    '需在临时副本中回滚，但无法建立副本：{0}；可用 TMPDIR 指定其他文件夹，或用写入它的程序打开一次该文件',
  ],
  ['database is locked', '数据库已锁定'],
  [
    'The view {} was not read: it looks like an event table, but views are not run.',
    '视图 {0} 未读取：它看起来像事件表，但视图不会运行。',
  ],
  [
    'The view {} was not read: views are not run, and its columns are not known without it ({}).',
    '视图 {0} 未读取：视图不会运行，而不运行就无法得知其列（{1}）。',
  ],
  ['it calls the function {}, which SQLite does not have', '它调用函数 {0}，而 SQLite 没有该函数'],
  ['it calls the function {}', '它调用函数 {0}'],
  [
    'The virtual table {} was not read: its rows come from code (the module {}), which is not run.',
    '虚拟表 {0} 未读取：其各行来自代码（模块 {1}），而该代码不会运行。',
  ],
  [
    'Another program is writing the file just now. Shown is what was committed last, its transaction rolled back in a temporary copy of {} bytes; the file stays as it is.',
    '另一个程序正在写入该文件。所示为最后一次提交的内容，其未完成的事务在一个 {} 字节的临时副本中回滚；文件保持原样。',
  ],
  [
    'A rollback journal lies beside the file: a transaction was interrupted. Shown is what was before it, rolled back in a temporary copy of {} bytes; the file stays as it is.',
    '文件旁有回滚日志：某个事务被中断。所示为该事务之前的内容，在一个 {} 字节的临时副本中回滚；文件保持原样。',
  ],
  [
    'The write-ahead log beside the file is read along; nothing of it is written back.',
    '同时读取文件旁的预写日志；不会写回任何内容。',
  ],
  ['table {}: not every sample row can be read: {}', '表 {0}：并非所有样本行都可读取：{1}'],
  ['table {} cannot be read: {}', '表 {0} 无法读取：{1}'],
  [
    'another program changed the file while it was read: read it again',
    '读取期间文件被其他程序更改：请重新读取',
  ],
  [
    '1 row stands out of the order of its number: its page is damaged, and what it says may be wrong',
    '1 行不按行号排列：所在的页已损坏，其内容可能有误',
  ],
  [
    '{} rows stand out of the order of their numbers: their pages are damaged, and what they say may be wrong',
    '{0} 行不按行号排列：所在的页已损坏，其内容可能有误',
  ],
  // Why a file is none.
  ['the file is empty', '文件为空'],
  ['only {} bytes are left of the database', '数据库只剩下 {0} 字节'],
  ['it begins with the bytes {}', '它以字节 {0} 开头'],
  ['it begins with {}', '它以 {0} 开头'],
  ['it is {}', '它是{0}'],
  ['a ZIP archive: unpack it first', 'ZIP 压缩包：请先解压'],
  ['gzip data: unpack it first', 'gzip 数据：请先解压'],
  ['Zstandard data: unpack it first', 'Zstandard 数据：请先解压'],
  ['a Parquet file', 'Parquet 文件'],
  ['a PDF', ' PDF 文件'],
  ['a picture', '图片'],
  ['an Avro file', 'Avro 文件'],
  ['a DuckDB file', 'DuckDB 文件'],
  ['an SQLite archive header', ' SQLite 归档文件头'],
  ['it has no table at all', '其中没有任何表'],
  [
    "the virtual generated column {} is not read, as that could run code of the file's author; {}",
    '虚拟生成列 {0} 不读取，因为那可能运行文件作者的代码；{1}',
  ],
  [
    "the virtual generated columns {} are not read, as that could run code of the file's author; {}",
    '虚拟生成列 {0} 不读取，因为那可能运行文件作者的代码；{1}',
  ],
  [
    '{} comes near ({}), but {}; {} comes near ({}), but {}; {} comes near ({}), but {}; it has {}; if one of them does hold events, `leftfold mapping show FILE --table TABLE` prints how it would be read: put that into leftfold.toml and set right what is wrong',
    '{0} 接近（{1}），但{2}；{3} 接近（{4}），但{5}；{6} 接近（{7}），但{8}；其中有 {9}；若其中之一确实存放事件，`leftfold mapping show FILE --table TABLE` 会给出其读法：请将其放入 leftfold.toml 并更正有误之处',
  ],
  [
    '{} comes near ({}), but {}; {} comes near ({}), but {}; it has {}; if one of them does hold events, `leftfold mapping show FILE --table TABLE` prints how it would be read: put that into leftfold.toml and set right what is wrong',
    '{0} 接近（{1}），但{2}；{3} 接近（{4}），但{5}；其中有 {6}；若其中之一确实存放事件，`leftfold mapping show FILE --table TABLE` 会给出其读法：请将其放入 leftfold.toml 并更正有误之处',
  ],
  [
    '{} comes near ({}), but {}; it has {}; if one of them does hold events, `leftfold mapping show FILE --table TABLE` prints how it would be read: put that into leftfold.toml and set right what is wrong',
    '{0} 接近（{1}），但{2}；其中有 {3}；若其中之一确实存放事件，`leftfold mapping show FILE --table TABLE` 会给出其读法：请将其放入 leftfold.toml 并更正有误之处',
  ],
  [
    'it has {}; if one of them does hold events, `leftfold mapping show FILE --table TABLE` prints how it would be read: put that into leftfold.toml and set right what is wrong',
    '其中有 {0}；若其中之一确实存放事件，`leftfold mapping show FILE --table TABLE` 会给出其读法：请将其放入 leftfold.toml 并更正有误之处',
  ],
  [
    "it is one JSON array; make lines of its items first: jq -c '.[]' FILE > FILE.ndjson",
    "它是一个 JSON 数组；请先把其各项变成行：jq -c '.[]' FILE > FILE.ndjson",
  ],
  ['no line ends within {} MiB', '{0} MiB 之内没有换行'],
  // What a damaged file has lost.
  ['the capture is damaged: {} cannot be read ({}): {}', '捕获文件已损坏：{0}无法读取（{1}）：{2}'],
  ['offsets {} to {} of {}', '{2} 的偏移量 {0} 至 {1}'],
  ['offset {} of {}', '{1} 的偏移量 {0}'],
  ['at least {} and at most {} records', '至少 {0} 条、至多 {1} 条记录'],
  ['at most {} records', '至多 {0} 条记录'],
  ['at most {} record', '至多 {0} 条记录'],
  ['1 record', '1 条记录'],
  ['{} records', '{0} 条记录'],
  [
    '{} cannot be read, in {} places; the first: {}; the last: {}: {}',
    '{0}无法读取，共 {1} 处；首处：{2}；末处：{3}：{4}',
  ],
  ['{} cannot be read ({}): {}', '{0}无法读取（{1}）：{2}'],
  ['{} cannot be read: {}', '{0}无法读取：{1}'],
  ['row {}', '第 {0} 行'],
  ['rows {} to {}', '第 {0} 至 {1} 行'],
  ['the rows from {} on', '自第 {0} 行起的各行'],
  ['at least {} and at most {} rows', '至少 {0} 行、至多 {1} 行'],
  ['at least {} rows', '至少 {0} 行'],
  ['at most {} rows', '至多 {0} 行'],
  ['at most {} row', '至多 {0} 行'],
  ['an unknown number of rows', '行数未知'],
  [
    '1 page that nothing leads to holds rows that are not shown: it may belong to another table, or be out of use, with what was deleted',
    '1 个无处指向的页含有未显示的行：它可能属于其他表，或已停用而含有被删除的内容',
  ],
  [
    '{} pages that nothing leads to hold rows that are not shown: they may belong to another table, or be out of use, with what was deleted',
    '{0} 个无处指向的页含有未显示的行：它们可能属于其他表，或已停用而含有被删除的内容',
  ],
  [
    'a write-ahead log lies beside the file: sound pages behind the damage are not looked for',
    '文件旁有预写日志：损坏之后的完好页不作查找',
  ],
  [
    'the table has no row numbers: what stands behind the damage is not looked for',
    '该表没有行号：损坏之后的内容不作查找',
  ],
  ['at least {} row', '至少 {0} 行'],
  ['{} rows', '{0} 行'],
  ['{} row', '{0} 行'],
  // Reasons of a layout.
  ['the table {} has the columns {}', '表 {0} 具有列 {1}'],
  ["the table's name is usual for {}", '表名是 {0} 常用的名称'],
  ['not as usual in column {}: expected that {}', '列 {0} 与通常不同：应为“{1}”'],
  ['the mapping says so', '由映射指定'],
  ['every line is a JSON object', '每一行都是 JSON 对象'],
  ['some of the first lines are no JSON objects', '前几行中有些不是 JSON 对象'],
  ['none of the first lines is a JSON object', '前几行中没有一行是 JSON 对象'],
  [
    'It looks like JSON written over several lines: `jq -c .` writes one value a line.',
    '看起来是写成多行的 JSON：`jq -c .` 会把每个值写成一行。',
  ],
  ['it is empty: there is not one line', '它是空的：一行也没有'],
  [
    'the lines have none of the keys stream, type and payload: each is taken whole as the payload',
    '各行没有 stream、type、payload 中的任何键：整行作为载荷',
  ],
  ['{} counts .NET ticks', '{0} 以 .NET 刻度计'],
  ["{} counts a stream's events", '{0} 为流中事件计数'],
  ['{} counts seconds', '{0} 以秒计'],
  ['{} counts milliseconds', '{0} 以毫秒计'],
  ["{} names the event's class", '{0} 是事件的类名'],
  ['{} names the event', '{0} 是事件的名称'],
  ['{} names a class as module:Class.Event', '{0} 以 module:Class.Event 形式给出类名'],
  ['{} holds a date and time', '{0} 存放日期和时间'],
  ['{} holds a time', '{0} 存放时间'],
  ['{} holds the events of a commit', '{0} 存放一次提交的事件'],
  ['{} holds the event', '{0} 存放事件'],
  ['{} holds JSON with a type', '{0} 存放带类型的 JSON'],
  ['{} holds JSON or YAML', '{0} 存放 JSON 或 YAML'],
  ['{} holds JSON, compressed or encrypted data', '{0} 存放 JSON、压缩或加密的数据'],
  ['{} holds JSON', '{0} 存放 JSON'],
  [
    "The virtual generated column {} is not read: that could run code of the file's author.",
    '虚拟生成列 {0} 不读取：那可能运行文件作者的代码。',
  ],
  [
    "The virtual generated columns {} are not read: that could run code of the file's author.",
    '虚拟生成列 {0} 不读取：那可能运行文件作者的代码。',
  ],
  // Reasons of a guess.
  [
    'This layout is not known: look at the mapping, and change what is wrong.',
    '未知的布局：请查看映射，并更正有误之处。',
  ],
  ['{} looks like the stream: a unique index covers {}', '{0!} 像是流：唯一索引覆盖 {1!}'],
  ['{} looks like the stream: where it repeats, {} rises', '{0!} 像是流：它重复时，{1!} 递增'],
  [
    '{} looks like the stream and {} like its version: together they are unique',
    '{0!} 像是流，{1!} 像是其版本：两者合起来唯一',
  ],
  ['{} looks like the {}', '{0!} 像是{1}'],
  ['{} repeats within the same {}', '{0} 在同一 {1} 内重复'],
  ['the JSON in {} holds a type at {}', '{0} 中的 JSON 在 {1} 处有类型'],
  ['the JSON in {} holds a time at {}', '{0} 中的 JSON 在 {1} 处有时间'],
  ['the JSON in {} holds headers beside the payload', '{0} 中的 JSON 在载荷旁有标头'],
  ['the table is called {}', '表名为 {0}'],
  [
    'no column names a stream: the events would stand in one stream without a name',
    '没有列给出流：事件将归入一个没有名称的流',
  ],
  ['No column looks like the time of an event.', '没有列像是事件的时间。'],
  ['No column looks like the version of an event in its stream.', '没有列像是事件在流中的版本。'],
  [
    'No column names a stream: all events stand in one stream without a name.',
    '没有列给出流：所有事件归入一个没有名称的流。',
  ],
  [
    '{} is different in every row: that is a list of streams or of their latest states',
    '{0} 每行都不同：这是流或其最新状态的列表',
  ],
  ['no column names an event type', '没有列给出事件类型'],
  [
    'no column names a stream, and {} speaks of rows that are changed in place',
    '没有列给出流，而 {0} 表明行会被就地更改',
  ],
  ['no column names a stream, and none counts its events', '没有列给出流，也没有列为流中的事件计数'],
  [
    'no column names a stream for certain: where {} repeats, {} rises, but too few rows show that',
    '没有列明确给出流：{0} 重复时 {1} 递增，但能表明这一点的行太少',
  ],
  [
    'no column names a stream for certain, and there are too few rows to see for which one {} rises',
    '没有列明确给出流，且行数太少，看不出 {0} 随哪一列递增',
  ],
  ['no column names a stream, and none repeats with a rising {}', '没有列给出流，也没有列随递增的 {0} 重复'],
  [
    'no column names an event type, no column names a stream, and {} speaks of rows that are changed in place',
    '没有列给出事件类型，没有列给出流，而 {0} 表明行会被就地更改',
  ],
  [
    'no column names an event type, no column names a stream, and none counts its events',
    '没有列给出事件类型，没有列给出流，也没有列为流中的事件计数',
  ],
  [
    'no column names an event type, no column names a stream for certain: where {} repeats, {} rises, but too few rows show that',
    '没有列给出事件类型，没有列明确给出流：{0} 重复时 {1} 递增，但能表明这一点的行太少',
  ],
  [
    'no column names an event type, no column names a stream for certain, and there are too few rows to see for which one {} rises',
    '没有列给出事件类型，没有列明确给出流，且行数太少，看不出 {0} 随哪一列递增',
  ],
  [
    'no column names an event type, no column names a stream, and none repeats with a rising {}',
    '没有列给出事件类型，没有列给出流，也没有列随递增的 {0} 重复',
  ],
  ['its name speaks of something else than events', '其名称表明它不是事件'],
  ['its columns are called too little like those of events', '其列名不太像事件的列'],
  ['no column holds a payload, a version, a time', '没有列存放载荷、版本、时间'],
  ['no column holds a payload, a version', '没有列存放载荷、版本'],
  ['no column holds a payload, a time', '没有列存放载荷、时间'],
  ['no column holds a version, a time', '没有列存放版本、时间'],
  ['no column holds a payload', '没有列存放载荷'],
  ['no column holds a version', '没有列存放版本'],
  ['no column holds a time', '没有列存放时间'],
  // The parts of an event, as a guess names them.
  ['stream', '流'],
  ['kind of stream', '流的种类'],
  ['event type', '事件类型'],
  ['version', '版本'],
  ['position in the log', '日志中的位置'],
  ["event's id", '事件标识'],
  ['time', '时间'],
  ['effective time', '生效时间'],
  ['payload', '载荷'],
  ['metadata', '元数据'],
  ['correlation id', '关联标识'],
  ['causation id', '起因标识'],
  ...OF_SESSION_ZH,
];
