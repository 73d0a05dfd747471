/** What is said of comparisons, rules, project files, mappings, masks and links that cannot be used, by its English form. */

/** Looked at before all others, as they hold another sentence: the one part without `!`. They count only where that one is known. */
export const WRAPPED_ZH: readonly (readonly [string, string])[] = [
  ['{}; did you mean {}, {} or {}?', '{0}；是否为 {1!}、{2!} 或 {3!}？'],
  ['{}; did you mean {} or {}?', '{0}；是否为 {1!} 或 {2!}？'],
  ['{}; did you mean {}?', '{0}；是否为 {1!}？'],
  ['line {}: {}', '第 {0!} 行：{1}'],
  ['the left side cannot be read: {}', '左侧无法读取：{0}'],
  ['the right side cannot be read: {}', '右侧无法读取：{0}'],
];

export const OF_SESSION_ZH: readonly (readonly [string, string])[] = [
  // Comparisons.
  ['give it a name', '请给它一个名称'],
  ['name: give it a name', 'name：请给它一个名称'],
  [
    'two are called {}: give one of them another name, or remove it',
    '有两项都名为 {0!}：请给其中一项换个名称，或将其删除',
  ],
  ['there is no comparison {}', '没有编号为 {0} 的比较'],
  ['comparison {} is not done yet', '编号为 {0} 的比较尚未完成'],
  ['the comparison stopped', '比较中断了'],
  ['there is no finding {}', '没有编号为 {0} 的差异'],
  ['there is no finding {}: {}', '没有编号为 {0} 的差异：{1}'],
  ['nothing was found', '没有发现差异'],
  ['there is one, number 1', '只有 1 处，编号为 1'],
  ['they are numbered from 1 to {}', '编号从 1 到 {0}'],
  [
    'the two sides do not hold the same streams: there are no two states of one stream to compare',
    '两侧所含的流不同：没有同一个流的两个状态可供比较',
  ],
  [
    'no event of either side is in the streams, categories and types that are to be compared',
    '两侧都没有属于所选流、类别和类型的事件',
  ],
  ['the right side holds rows: there are no events that could be undone', '右侧是行：没有可以撤销的事件'],
  [
    'the right side is a history, folded: it has no rows that could be written',
    '右侧是折叠后的历史：没有可以写入的行',
  ],
  ['nothing is to be saved', '没有要保存的内容'],
  ['no rule is to be checked', '没有要检查的规则'],
  ['{} holds more events than can be compared (2^32)', '{0!} 中的事件多于可比较的数量（2^32）'],
  ['more than {} columns asked for at once', '一次请求的列多于 {0}'],
  ['the left side cannot be read: {}', '左侧无法读取：{0!}'],
  ['the right side cannot be read: {}', '右侧无法读取：{0!}'],
  ['it could not be judged for any event: {}', '对任何事件都无法判断：{0}'],
  [
    'equal: {}: none of the paired events of {} ({}) has {}; they have {}',
    'equal：{0!}：{1!}（{2}）中已配对的事件都没有 {3!}；它们有 {4!}',
  ],
  [
    '{} ({}): none of the events that take part ({}) has the key {}; they have {}',
    '{0!}（{1}）：参与的事件（{2} 个）都没有键 {3!}；它们有 {4!}',
  ],
  [
    '{} ({}): of no event it can be said whether it takes part, {} tried: {}',
    '{0!}（{1}）：试了 {2} 个事件，都无法判断是否参与：{3}',
  ],
  ['left side', '左侧'],
  ['right side', '右侧'],
  [
    '{}: write one =, as in {}; a condition that both sides have stands in parentheses',
    '{0!}：请写一个 =，例如 {1!}；两侧都有的条件请放在括号内',
  ],
  ['{} is no place in the payload: write /orderId', '{0!} 不是载荷中的位置：请写 /orderId 这样的路径'],
  [
    '{} is no place in a state: write /total, or /items/0/qty',
    '{0!} 不是状态中的位置：请写 /total 或 /items/0/qty 这样的路径',
  ],
  ['{} is no path: write a JSON pointer such as {}', '{0!} 不是路径：请写 JSON 指针，例如 {1!}'],
  [
    'none of the columns {} is a field of the states, which have {}: --map says where one is (--map total=/sum/total)',
    '列 {0!} 都不是状态的字段，状态有 {1!}：请用 --map 指明其位置（--map total=/sum/total）',
  ],
  [
    '{} holds no row to compare: say which streams should have one (--only-category, --only-stream)',
    '{0!} 没有可比较的行：请指明哪些流应有一行（--only-category、--only-stream）',
  ],
  ['{} is neither a column nor a template of columns', '{0!} 既不是列，也不是由列组成的模板'],
  [
    '{} is no length of time: write 30s (ns, us, ms, s, m, h or d)',
    '{0!} 不是时长：请写 30s 这样的时长（ns、us、ms、s、m、h 或 d）',
  ],
  ['{} is no time: write 2026-11-20T14:32:07Z, or -15m', '{0!} 不是时间：请写 2026-11-20T14:32:07Z 或 -15m'],
  [
    'no part of what is not hidden shows this finding: what masks hide may be what shows it, and would not be written; lift the masks (--no-masks)',
    '未遮蔽的部分无法显示这处差异：显示它的可能正是被遮蔽的内容，而那些不会被写出；请解除遮蔽（--no-masks）',
  ],
  // Tables whose rows are compared.
  [
    '{} holds no history: name the table whose rows are compared (--table); there are {}',
    '{0!} 不含事件历史：请指明要比较其行的表（--table）；现有 {1!}',
  ],
  ['{} is no SQLite database: it has no table {}', '{0!} 不是 SQLite 数据库：没有表 {1!}'],
  ['there is no table {}; there are {}', '没有表 {0!}；现有 {1!}'],
  ['there is no table {} (views are never read); there are {}', '没有表 {0!}（视图从不读取）；现有 {1!}'],
  [
    'say which column of {} says whose state a row is (--key); it has {}',
    '请指明 {0!} 的哪一列说明一行是谁的状态（--key）；它有 {1!}',
  ],
  [
    'the column {} of {} is computed when read, which is never done; it has {}',
    '{1!} 的列 {0!} 在读取时才计算，而本程序从不这样做；它有 {2!}',
  ],
  ['the column {} of {} is not there; it has {}', '{1!} 没有列 {0!}；它有 {2!}'],
  [
    "the rows' keys are those of streams of several categories ({}): say which one (--only-category {}), or make them whole names (--key {})",
    '各行的键对应多个类别的流（{0!}）：请指明其中一个（--only-category {1!}），或将键补成完整的流名（--key {2!}）',
  ],
  [
    "no row's key is a stream's name, or the part behind its category: keys are like {}, streams like {}; --key makes them from columns (--key {})",
    '没有一行的键是流名或流名中类别之后的部分：键形如 {0!}，流名形如 {1!}；--key 可由列生成（--key {2!}）',
  ],
  [
    'masks hide what {} would be compared with, or a part of it: lift the masks (--no-masks), or say which other columns are compared (--fields)',
    '与 {0!} 比较的内容或其中一部分已被遮蔽：请解除遮蔽（--no-masks），或指明要比较的其他列（--fields）',
  ],
  [
    'states may hold what masks hide ({}), which cannot be compared: lift the masks (--no-masks), or say which columns are compared (--fields)',
    '状态中可能含有被遮蔽的内容（{0!}），无法比较：请解除遮蔽（--no-masks），或指明要比较的列（--fields）',
  ],
  [
    '{} asks for {}, in which something is hidden by a mask: lift the masks (--no-masks), or ask for something else',
    '{0!} 要用到 {1!}，其中有内容已被遮蔽：请解除遮蔽（--no-masks），或改用其他字段',
  ],
  [
    'map: no state has {}, where {} should be; they have {}',
    'map：没有状态含有 {0!}（{1!} 应在该处）；它们有 {2!}',
  ],
  ['map: no row of {} has {}', 'map：{0!} 没有一行含有 {1!}'],
  [
    'no state has a field {}: they have {}; --map says where a column is',
    '没有状态含有字段 {0!}：它们有 {1!}；--map 可指明列的位置',
  ],
  ['{} is placed twice', '{0!} 被指定了两次'],
  // Rules, projections, streams.
  ['rule {}: {}', '规则 {0!}：{1}'],
  ['there is no projection {}; there are {}', '没有投影 {0!}；现有 {1!}'],
  ['there is no rule {}', '没有规则 {0!}'],
  ['there is no stream {}', '没有流 {0!}'],
  ['there is no stream {}; there are streams such as {}', '没有流 {0!}；有 {1!} 这样的流'],
  ['there is no stream number {}', '没有编号为 {0} 的流'],
  ['there is no filter {}', '没有筛选 {0}'],
  ['there is no topic {}', '没有主题 {0!}'],
  ['source {} is not open', '来源 {0} 未打开'],
  ['{} was not read to its end: read it again first', '{0!} 未读取到末尾：请先重新读取'],
  ['{} holds no event history that is recognised: {}', '{0!} 中没有可识别的事件历史：{1}'],
  ['the system gives no thread to compare with: {}', '系统无法提供用于比较的线程：{0!}'],
  ['the system gives no thread to filter with: {}', '系统无法提供用于筛选的线程：{0!}'],
  ['the system gives no thread to capture with: {}', '系统无法提供用于捕获的线程：{0!}'],
  ['the system gives no thread to index with: {}', '系统无法提供用于建立索引的线程：{0!}'],
  ["the system names no folder for a user's configuration", '系统没有指明用户的配置文件夹'],
  // Links.
  ['the link cannot be used: {}; a link is {}', '链接无法使用：{0}；链接的形式为 {1!}'],
  ['it is longer than 64 KiB', '它超过 64 KiB'],
  ['it does not begin with leftfold:', '它不以 leftfold: 开头'],
  ['only leftfold://open?source=… is known', '只支持 leftfold://open?source=…'],
  ['{} is not known: there are {}', '不支持 {0!}：现有 {1!}'],
  ['{} stands twice', '{0!} 出现了两次'],
  ['{} is no UTF-8', '{0!} 不是 UTF-8'],
  ['{} holds control characters', '{0!} 含有控制字符'],
  ['it names no source', '它没有指明来源'],
  ['axis is neither time nor log', 'axis 既不是 time 也不是 log'],
  // Project files.
  ['there is no {} beside {}', '{1!} 旁边没有 {0!}'],
  [
    'two sources are called {}: give one of them another name, or remove it',
    '有两个来源都名为 {0!}：请给其中一个换个名称，或将其删除',
  ],
  [
    'the sources {} and {} both state a mapping of {}: remove one of them',
    '来源 {0!} 与 {1!} 都给出了 {2!} 的映射：请删除其中一个',
  ],
  [
    'the sources {} and {} both state decoders of {}: remove one of them',
    '来源 {0!} 与 {1!} 都给出了 {2!} 的解码器：请删除其中一个',
  ],
  ['the source {}: decode: {}', '来源 {0!}：decode：{1}'],
  ['decode is for captures of Kafka, and {} is none', 'decode 用于 Kafka 的捕获文件，而 {0!} 不是'],
  ['part = {}: write key or value', 'part = {0!}：请写 key 或 value'],
  [
    '{} holds a secret, and this file is no place for one: write {} and set the environment variable NAME, or {} and keep it with {}',
    '{0!} 含有机密，不应存放在此文件中：请写 {1!} 并设置环境变量 NAME，或写 {2!} 并用 {3!} 保存',
  ],
  ['{} is no number in JSON', '{0!} 不是 JSON 中的数'],
  ['{} is none: write {}', '{0!} 不可用：请写 {1!}'],
  ['{} is no number: write {}', '{0!} 不是数：请写 {1!}'],
  ['{} is no side: write left or right', '{0!} 不是某一侧：请写 left 或 right'],
  [
    'expect needs when (which events are to be followed) and by (what both share)',
    'expect 需要 when（哪些事件应有后续）与 by（两者共有的内容）',
  ],
  ['a rule has either check, or when, expect and by', '一条规则要么有 check，要么有 when、expect 与 by'],
  [
    'what was received is no file that a project file could name: capture the topic, or save the text as a file, and open that',
    '所接收的内容不是项目文件能够指明的文件：请捕获该主题，或将文本存为文件后再打开',
  ],
  ['{} is called {} already', '{0!} 已名为 {1!}'],
  ['{} exists: choose another name, or have it replaced', '{0!} 已存在：请换一个名称，或选择替换'],
  [
    'not all events have been looked at yet: wait until they are, or stop it',
    '尚未查看所有事件：请等待完成，或先停止',
  ],
  ['say what partners share: {}', '请指明相对应的事件共有什么：{0!}'],
  ['unknown key {}, expected one of {}', '未知的键 {0!}，应为 {1!} 之一'],
  ['unknown key {}, expected {}', '未知的键 {0!}，应为 {1!}'],
  ['unknown key {}', '未知的键 {0!}'],
  ['unknown value {}, expected one of {}', '未知的值 {0!}，应为 {1!} 之一'],
  ['missing key {}', '缺少键 {0!}'],
  ['twice the key {}', '键 {0!} 出现了两次'],
  ['duplicate key', '键重复'],
  ['found {}, expected {}', '这里是 {0!}，应为 {1!}'],
  // Masks.
  ['masks: {} {}: write {}', 'masks：{0!} {1}：请写 {2!}'],
  ['is no path', '不是路径'],
  ['has a * within a name, and it stands for whole names alone', '在名称中含有 *，而 * 只能代表整个名称'],
  ['is no path of names with dots between them', '不是以点分隔名称的路径'],
  ['hides everything', '会遮蔽一切'],
  ['names no field', '没有指明字段'],
  ['is what events are found by, and cannot be hidden', '是查找事件的依据，不能遮蔽'],
  ['does not begin with a part of an event', '不以事件的某一部分开头'],
  ['does not say which fact of the source', '没有指明来源的哪一项'],
  [
    '{} asks for {}, which is hidden by the mask {} or may hold what is: lift the masks (--no-masks), or ask for something else',
    '{0!} 要用到 {1!}，它被遮蔽 {2!} 隐藏或可能含有被隐藏的内容：请解除遮蔽（--no-masks），或改用其他字段',
  ],
  // Mappings.
  ['unknown format {}; there are: {}', '未知的格式 {0!}；现有：{1!}'],
  ["the mapping's TOML is wrong: {}", '映射的 TOML 有误：{0}'],
  ['write FIELD=PLACE, such as {}', '请写 FIELD=PLACE，例如 {0!}'],
  ['there is no field {}', '没有字段 {0!}'],
];
