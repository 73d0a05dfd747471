/** What is odd about a history, in the language in use. English is as the program says it. */
import type { OddityDto } from '../ipc/contract';
import { fill, locale } from './index.svelte';
import { sentence } from './told';

/** By code; what cannot be read at all says itself what it is. */
export const ODDITIES_ZH: Readonly<Record<string, string>> = {
  'header-problem': '{n} 个事件有缺失或无法读取的部分；首个：{first}',
  'payload-problem': '{n} 个事件的载荷或元数据无法读取；首个：{first}',
  'without-time': '{n} 个事件没有可读的时间，不在时间轴上',
  'time-inexact': '{n} 个事件的时间所写多于所能保存（闰秒，或纳秒以下的位数）；首个：{first}',
  'time-disorder': '{n} 个事件的时间早于日志中在其之前的事件；首个：{first}',
  'version-repeated': '{n} 个事件的版本在其流中已出现过；首个：{first}',
  'version-gap': '{n} 个事件跳过了其流的版本；首个：{first}',
  'version-late-start': '{n} 个流的起始版本晚于 0 或 1；首个：{first}',
};

export function oddityText({ code, count, label, lookedAt, message }: OddityDto): string {
  if (locale.language === 'en') return message;
  const text = Object.hasOwn(ODDITIES_ZH, code) ? ODDITIES_ZH[code] : undefined;
  if (text === undefined) return sentence(message);
  const told = fill(text, { n: Number(count), first: label ?? '' });
  return lookedAt === null ? told : `至少 ${told}（查看了 ${lookedAt} 个事件）`;
}
