/** A deterministic day of a shop, for development and tests without the program. */

export interface MockEvent {
  ordinal: number;
  stream: string;
  category: string;
  version: number;
  type: string;
  nanos: bigint;
  payload: string;
}

const START = 1_795_161_600_000_000_000n; // 2026-11-20T08:00:00Z
const HOUR = 3_600_000_000_000;
const HOUR_NANOS = BigInt(HOUR);

/** A small generator with a seed (mulberry32). */
export function random(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

type Draft = Omit<MockEvent, 'ordinal' | 'version'>;

export function shop(count: number): MockEvent[] {
  const next = random(7);
  const drafts: Draft[] = [];
  const cities = ['Lyon', 'Graz', '上海', 'Aarhus', 'Porto'];
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
  let order = 1000;
  while (drafts.length < count) {
    const id = order++;
    // A busy hour in the afternoon.
    let hour = next() < 0.3 ? 9.5 + next() : next() * 13;
    if (hour > 4 && hour < 6.2) hour += 2.3;
    let at = BigInt(Math.floor(hour * HOUR));
    const later = (ms: number): bigint => (at += BigInt(Math.floor(next() * ms * 1_000_000)) + 1000n);
    const add = (stream: string, type: string, payload: string, ms: number): void => {
      const nanos = START + later(ms);
      // Nothing at all happens for two hours at midday.
      if (at > 4n * HOUR_NANOS && at < 6n * HOUR_NANOS) return;
      drafts.push({ stream, category: stream.slice(0, stream.indexOf('-')), type, nanos, payload });
    };
    const sku = `SKU-${Math.floor(next() * 40)}`;
    const qty = 1 + Math.floor(next() * 3);
    const price = `${20 + Math.floor(next() * 60)}.${pick(['00', '50', '95'])}`;
    const total = (qty * Number(price)).toFixed(2);
    add(
      `order-${id}`,
      'OrderPlaced',
      `{"orderId":"order-${id}","status":"placed","customer":{"id":${88000 + (id % 997)},"tier":"${pick(['gold', 'basic'])}"},"items":[],"total":0.00,"trace":9007199254740993}`,
      1,
    );
    add(
      `order-${id}`,
      'ItemAdded',
      `{"items":[{"sku":"${sku}","qty":${qty},"price":${price}}],"total":${total}}`,
      60_000,
    );
    if (next() < 0.3)
      add(
        `order-${id}`,
        'AddressChanged',
        `{"address":{"city":"${pick(cities)}","zip":"${10000 + Math.floor(next() * 80000)}"}}`,
        60_000,
      );
    add(
      `stock-${sku}`,
      'StockReserved',
      `{"sku":"${sku}","qty":${qty},"available":${50 - (id % 51)},"order":"order-${id}"}`,
      2000,
    );
    add(`order-${id}`, 'PaymentRequested', `{"status":"awaiting payment","paymentId":"payment-${id}"}`, 5000);
    add(
      `payment-${id}`,
      'PaymentAuthorised',
      `{"amount":${total},"currency":"EUR","order":"order-${id}"}`,
      3000,
    );
    add(
      `payment-${id}`,
      'PaymentCaptured',
      `{"captured":true,"reference":"${id.toString(16)}-${Math.floor(next() * 1e6)}"}`,
      8000,
    );
    add(
      `order-${id}`,
      'PaymentCaptured',
      `{"status":"paid","paidAmount":${total},"paymentId":"payment-${id}"}`,
      900,
    );
    if (next() < 0.8)
      add(
        `order-${id}`,
        'OrderShipped',
        `{"status":"shipped","carrier":"${pick(['DHL', 'Post', 'UPS'])}","parcel":"P-${88120 + id}","paymentId":null}`,
        3_000_000,
      );
    if (next() < 0.15)
      add(
        `review-${Math.floor(id / 10)}`,
        'ReviewPosted',
        `{"stars":${1 + Math.floor(next() * 5)},"sku":"${sku}","text":"${pick(['Good.', '很好', 'As \\"described\\"', 'Late, but fine'])}"}`,
        9_000_000,
      );
  }
  const inOrder = drafts.slice(0, count).sort((a, b) => (a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0));
  const versions = new Map<string, number>();
  return inOrder.map((draft, ordinal) => {
    const version = (versions.get(draft.stream) ?? 0) + 1;
    versions.set(draft.stream, version);
    // One event is stamped late, so that the two axes differ.
    const nanos = ordinal === 400 ? draft.nanos + 1_800_000_000_000n : draft.nanos;
    return { ...draft, nanos, ordinal, version };
  });
}
