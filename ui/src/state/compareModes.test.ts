import { describe, expect, it } from 'vitest';
import { FORM, formFrom, optionsOf, readForm } from './compareForm';
import { isCardinality, isLength, placesOf, RELATION, relationFrom, relationOf } from './compareModes';

const correlated = {
  ...RELATION,
  mode: 'correlated' as const,
  leftKey: ' payload.order ',
  within: '5 s',
  equal: 'payload.total = payload.amount\n\n payload.currency ',
};
const projection = {
  ...RELATION,
  mode: 'projection' as const,
  table: 'orders',
  rowKey: 'order-{id}',
  fields: 'total, status',
  map: 'paid = /paidAmount\n data = $ ',
  behind: '5m',
};

describe('the form of another mode', () => {
  it('says nothing beside a mirror', () => {
    expect(relationOf(RELATION)).toEqual({ correlated: null, projection: null });
  });

  it('reads keys, lengths and fields of events that belong together', () => {
    expect(relationOf(correlated)?.correlated).toEqual({
      leftWhen: '',
      rightWhen: '',
      leftKey: 'payload.order',
      rightKey: 'payload.order',
      cardinality: '',
      within: '5s',
      skew: '',
      equal: ['payload.total = payload.amount', 'payload.currency'],
    });
    expect(relationOf({ ...correlated, leftKey: '' })).toBeNull();
    expect(relationOf({ ...correlated, within: 'soon' })).toBeNull();
  });

  it('reads columns and their places', () => {
    expect(relationOf(projection)?.projection).toEqual({
      projection: '',
      table: 'orders',
      key: 'order-{id}',
      fields: ['total', 'status'],
      map: [
        ['paid', '/paidAmount'],
        ['data', '$'],
      ],
      within: '5m',
    });
    expect(placesOf('paid')).toBeNull();
    expect(relationOf({ ...projection, map: 'paid' })).toBeNull();
  });

  it('stands as it was asked for', () => {
    for (const form of [correlated, projection]) {
      const options = relationOf(form);
      expect(options).not.toBeNull();
      if (options !== null) expect(relationOf(relationFrom(options))).toEqual(options);
    }
  });

  it('is filled by what the project file states, and kept without its file', () => {
    const options = optionsOf({ ...FORM, ...correlated, lag: '1.5', types: 'A, B' });
    expect(options).not.toBeNull();
    if (options === null) return;
    const form = formFrom('/data/bills.db', options);
    expect(form.path).toBe('/data/bills.db');
    expect(optionsOf(form)).toEqual(options);
    const kept = readForm(JSON.parse(JSON.stringify(form)));
    expect(optionsOf(kept)).toEqual(options);
  });

  it('knows lengths of time and how many belong to one', () => {
    expect(['', '30s', '1.5 m', '500ms'].every(isLength)).toBe(true);
    expect(['30', 's', '1w'].some(isLength)).toBe(false);
    expect(['', '1:1', '1:0..1', '1:1..', '0..1:2..5'].every(isCardinality)).toBe(true);
    expect(['2:1', '1', '1:n'].some(isCardinality)).toBe(false);
  });
});
