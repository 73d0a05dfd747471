/** Chinese for what the program says in sentences about captures, in their notes and on their way: see sentences.ts. */
export const CAPTURE_SENTENCES_ZH: readonly (readonly [english: string, chinese: string])[] = [
  // Notes of captures.
  ['Captured by {} from {} on.', '由 {0} 自 {1} 起捕获。'],
  ["The cluster's id is {}.", '集群标识为 {0}。'],
  [
    'Records of aborted transactions are in it, unmarked: it was read uncommitted.',
    '其中含有已中止事务的记录，且未加标记：读取时未限于已提交。',
  ],
  [
    'The last run of this capture has not ended: it is still being written, or was ended by force; run the same command again to go on.',
    '此捕获的上次运行尚未结束：仍在写入，或被强行终止；再次运行同一命令即可继续。',
  ],
  ['Offsets {} to {} of {} are missing: {}.', '{2} 的偏移量 {0} 至 {1} 缺失：{3}。'],
  [
    'the broker had removed them (retention) before they were read',
    '在读取之前，broker 已按保留策略将其删除',
  ],
  [
    'It holds the {} schemas of the registry {} that its records name.',
    '其中存有注册表 {1} 中、记录所引用的 {0} 个模式。',
  ],
  ['It holds the {} schemas that its records name.', '其中存有记录所引用的 {0} 个模式。'],
  ['It says how its records are read: {}.', '其中写明了记录的读取方式：{0!}。'],
  ['It says where facts of its records are found: {}.', '其中写明了事件各项信息的位置：{0!}。'],
  ['You say how records are read: {}.', '由您指定的读取方式：{0!}。'],
  [
    'The topic {} was deleted and made anew: positions of the new one begin with {}.',
    '主题 {0} 曾被删除并重建：新主题的位置以 {1} 开头。',
  ],
  // A capture on its way.
  ['waiting: {}', '等待中：{0}'],
  ['no record comes, and the end is not reached', '没有新的记录到达，但尚未到末尾'],
  ['waited {} s: {}', '曾等待 {0} 秒：{1}'],
  ['records are missing: {}', '缺少记录：{0}'],
  ['left out, since Leftfold joins no consumer group: {}', '已忽略（Leftfold 不加入消费者组）：{0}'],
  ['{} begins at offset {}: what lay before is gone', '{0} 从偏移量 {1} 开始：此前的记录已不存在'],
  ['offsets {} to {} of {} are missing: {}', '{2} 的偏移量 {0} 至 {1} 缺失：{3}'],
  [
    '{} was deleted and made anew under the same name: what was read of the old one is kept, and the new one is read beside it, from its beginning; its positions begin with {}',
    '{0} 已被删除并以同名重建：旧主题已读内容保持不变，新主题从头读取，与旧主题并存；其位置以 {1} 开头',
  ],
  [
    '{} was deleted: what was read of it is kept; if a topic is made under this name, it is read beside it',
    '{0} 已被删除：已读内容保持不变；若以此名重建主题，将与其并存读取',
  ],
  [
    'the last records that had come in {} were of the new topic, where they stand now alone: {}',
    '{0} 中最后读到的记录属于新主题，现仅保留在新主题中：{1} 条',
  ],
  [
    '{} and the new topic hold the same records: whether those from offset {} on were read of the old or the new one cannot be told, and both keep theirs',
    '{0} 与新主题存有相同的记录：无法判断偏移量 {1} 起的记录读自哪一个，两者均予保留',
  ],
  [
    'nothing is read: in every partition the end lies before the beginning, of {} at offset {} before {}',
    '没有可读的内容：每个分区的终点都在起点之前，如 {0} 的终点偏移量 {1} 小于起点 {2}',
  ],
  [
    "keys of {} look like whole numbers, as Kafka's {} writes them ({} of {} looked at have {} bytes and begin with zeros): read them by -s {}",
    '{0} 的键看起来是 Kafka 的 {1!} 写入的整数（所看 {3} 个中有 {2} 个为 {4} 字节且以零开头）：可用 -s {5!} 读取',
  ],
];
