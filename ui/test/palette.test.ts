/** The palette: going to streams, and what is proposed where none is named so. */
import { fireEvent } from '@testing-library/svelte';
import { describe, expect, it, vi } from 'vitest';
import { playhead } from '../src/state/playhead.svelte';
import { screen } from '../src/state/screen.svelte';
import { all, backend, freshWindows, one, openDemo, press, text, until } from './steps';

freshWindows();

describe('the palette', () => {
  it('goes to streams', async () => {
    await openDemo();
    await press('p', { code: 'KeyP', ctrlKey: true });
    await until(() => expect(all('palette-input')).toHaveLength(1));
    await fireEvent.input(one('palette-input'), { target: { value: 'order-1003' } });
    await until(() => expect(all('palette-item')[0]?.textContent).toContain('order-1003'));
    await fireEvent.keyDown(one('palette-input'), { key: 'Enter' });
    await until(() => expect(text('inspector-stream')).toBe('order-1003'));
    expect(all('palette')).toHaveLength(0);
  });

  it('goes by Enter to what was written, though the search has not answered yet', async () => {
    await openDemo();
    await press('p', { code: 'KeyP', ctrlKey: true });
    await until(() => expect(all('palette-item').length).toBeGreaterThan(1));
    const call = backend.call.bind(backend);
    vi.spyOn(backend, 'call').mockImplementation(async (name, args) => {
      if (name === 'streams') await new Promise((done) => setTimeout(done, 100));
      return call(name, args);
    });
    await fireEvent.input(one('palette-input'), { target: { value: 'order-1003' } });
    await fireEvent.keyDown(one('palette-input'), { key: 'Enter' });
    await until(() => expect(text('inspector-stream')).toBe('order-1003'));
    expect(all('palette')).toHaveLength(0);
    // Who closes it meanwhile goes nowhere.
    await press('p', { code: 'KeyP', ctrlKey: true });
    await until(() => expect(all('palette-item').length).toBeGreaterThan(1));
    await fireEvent.input(one('palette-input'), { target: { value: 'order-1005' } });
    await fireEvent.keyDown(one('palette-input'), { key: 'Enter' });
    screen.palette = 'closed';
    await until(() => expect(all('palette')).toHaveLength(0));
    // Nor does who wrote what no stream is called, before it was seen what is like it.
    await press('p', { code: 'KeyP', ctrlKey: true });
    await until(() => expect(all('palette-item').length).toBeGreaterThan(1));
    await fireEvent.input(one('palette-input'), { target: { value: 'oder-01010' } });
    await fireEvent.keyDown(one('palette-input'), { key: 'Enter' });
    await until(() => expect(all('palette-near')).toHaveLength(1));
    expect(text('inspector-stream')).toBe('order-1003');
  });

  it('proposes streams like one that is not there, and reads a time of day as one of the day of the playhead', async () => {
    await openDemo();
    await press('p', { code: 'KeyP', ctrlKey: true });
    await until(() => expect(all('palette-input')).toHaveLength(1));
    const write = (value: string): Promise<boolean> =>
      fireEvent.input(one('palette-input'), { target: { value } });
    await write('oder-01010');
    await until(() => expect(text('palette-near')).toBe('No stream is named so. Near to it:'));
    expect(all('palette-item')[0]?.textContent).toContain('order-1010');
    await write('19:00');
    const day = playhead.shown?.row?.time?.slice(0, 10) ?? '';
    await until(() =>
      expect(all('palette-item').map((i) => i.textContent?.trim())).toEqual([`Go to ${day}T19:00:00Z`]),
    );
    await write('29:00');
    await until(() => expect(all('palette-item')).toHaveLength(0));
    expect(all('palette-near')).toHaveLength(0);
    await fireEvent.keyDown(one('palette-input'), { key: 'Enter' });
  });
});
