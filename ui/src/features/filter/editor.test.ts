import { completionStatus, startCompletion } from '@codemirror/autocomplete';
import { EditorView } from '@codemirror/view';
import { describe, expect, it, vi } from 'vitest';
import { mountEditor } from './editor';

/** How long what has to come is waited for, on machines that are busy. */
const PATIENCE = { timeout: 15_000 };

/** An editor whose names below `payload` come when they are let through. */
function slow(): {
  view: EditorView;
  calls: string[];
  answer: (names: string[]) => void;
  press: (key: string) => void;
} {
  const calls: string[] = [];
  let answer: (names: string[]) => void = () => undefined;
  const names = new Promise<string[]>((resolve) => (answer = resolve));
  const parent = document.body.appendChild(document.createElement('div'));
  mountEditor(parent, {
    label: 'filter',
    placeholder: '',
    text: 'payload.',
    write: () => undefined,
    apply: () => calls.push('apply'),
    leave: () => calls.push('leave'),
    names: () => [],
    members: () => names,
  });
  const view = EditorView.findFromDOM(parent);
  if (view === null) throw new Error('no editor');
  view.focus();
  view.dispatch({ selection: { anchor: view.state.doc.length } });
  const press = (key: string): void => {
    view.contentDOM.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  };
  return { view, calls, answer, press };
}

describe('the filter editor, while names are still looked up', () => {
  it('lets nothing open over a filter that was applied meanwhile', async () => {
    const { view, calls, answer, press } = slow();
    startCompletion(view);
    await vi.waitFor(() => expect(completionStatus(view.state)).toBe('pending'), PATIENCE);
    press('Enter');
    answer(['total']);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(completionStatus(view.state)).toBe(null);
    press('Escape');
    expect(calls).toEqual(['apply', 'leave']);
  });

  it('is left by Esc at once', async () => {
    const { view, calls, press } = slow();
    startCompletion(view);
    await vi.waitFor(() => expect(completionStatus(view.state)).toBe('pending'), PATIENCE);
    press('Escape');
    expect(calls).toEqual(['leave']);
  });

  it('shows them when nothing was pressed', async () => {
    const { view, answer } = slow();
    startCompletion(view);
    answer(['total']);
    await vi.waitFor(() => expect(completionStatus(view.state)).toBe('active'), PATIENCE);
  });
});
