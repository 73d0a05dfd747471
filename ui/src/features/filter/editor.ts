/** The one-line editor of the filter bar. */
import { autocompletion, closeCompletion, completionStatus } from '@codemirror/autocomplete';
import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorState, Prec, StateEffect, StateField, Transaction } from '@codemirror/state';
import { Decoration, EditorView, keymap, placeholder } from '@codemirror/view';
import type { DecorationSet } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import type { FilterErrorDto, LaneByDto } from '../../ipc/contract';
import { celLanguage, FIELDS, FUNCTIONS, METHODS } from './language';

export interface EditorOptions {
  label: string;
  placeholder: string;
  text: string;
  write: (text: string) => void;
  apply: () => void;
  /** Esc: what was written and not applied is given up, else the field is left. */
  leave: (text: string) => void;
  /** Names of lanes, for completion inside quotes. */
  names: () => { name: string; kind: LaneByDto }[];
  /** Names below `payload`, `payload.items` and the like, for completion after a dot. */
  members: (way: readonly string[]) => Promise<string[]>;
}

export interface Editor {
  setText(text: string): void;
  setError(error: FilterErrorDto | null): void;
  destroy(): void;
}

const setMark = StateEffect.define<{ from: number; to: number } | null>();
const underline = Decoration.mark({ class: 'cm-wrong' });

const errorMark = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    for (const effect of transaction.effects) {
      if (!effect.is(setMark)) continue;
      const { value } = effect;
      if (value === null) return Decoration.none;
      const length = transaction.state.doc.length;
      const from = Math.min(value.from, Math.max(0, length - 1));
      const to = Math.min(Math.max(value.to, from + 1), length);
      return to > from ? Decoration.set([underline.range(from, to)]) : Decoration.none;
    }
    return marks.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

const colours = HighlightStyle.define([
  { tag: tags.string, color: 'var(--good)' },
  { tag: tags.number, color: 'var(--lane-2)' },
  { tag: tags.keyword, color: 'var(--lane-3)' },
  { tag: tags.variableName, color: 'var(--accent)' },
]);

const look = EditorView.theme({
  '&': { fontSize: '12px', backgroundColor: 'transparent' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': {
    fontFamily: 'var(--mono)',
    lineHeight: '20px',
    overflowX: 'auto',
    scrollbarWidth: 'none',
  },
  '.cm-content': { padding: '3px 0', caretColor: 'var(--text)' },
  '.cm-line': { padding: '0 8px' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-placeholder': {
    color: 'var(--dim)',
    display: 'inline-block',
    maxWidth: 'calc(100cqw - 16px)',
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
    verticalAlign: 'top',
  },
  '.cm-wrong': { textDecoration: 'underline wavy var(--bad)', textUnderlineOffset: '3px' },
  '.cm-tooltip': {
    backgroundColor: 'var(--raised)',
    border: '1px solid var(--line)',
    borderRadius: '5px',
    overflow: 'hidden',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': {
    fontFamily: 'var(--mono)',
    fontSize: '12px',
    maxHeight: '220px',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '2px 8px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--accent)',
    color: 'var(--on-accent)',
  },
});

/** A name below another: what is no word stands in brackets instead of after the dot. */
function member(name: string): Completion {
  if (/^[A-Za-z_]\w*$/.test(name)) return { label: name, type: 'property' };
  return {
    label: name,
    type: 'property',
    apply: (view, _, from, to) => {
      const insert = `[${JSON.stringify(name)}]`;
      view.dispatch({
        changes: { from: from - 1, to, insert },
        selection: { anchor: from - 1 + insert.length },
      });
    },
  };
}

async function complete(
  context: CompletionContext,
  { names, members }: EditorOptions,
): Promise<CompletionResult | null> {
  const before = context.state.sliceDoc(0, context.pos);
  // A string that is begun and not ended; the one before it may be ended with the same sign.
  const quoted = /^(?:[^"']|"[^"]*"|'[^']*')*(["'])([^"']*)$/.exec(before);
  if (quoted !== null) {
    const options = names().map(({ name, kind }): Completion => ({
      label: name,
      detail: kind,
      type: 'constant',
    }));
    return { from: context.pos - (quoted[2] ?? '').length, options, validFor: /^[^"']*$/ };
  }
  const below = /(?:^|[^\w.\])])([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\.(\w*)$/.exec(before);
  if (below !== null) {
    const options = [
      ...(await members((below[1] ?? '').split('.'))).map(member),
      ...METHODS.map((label): Completion => ({ label, type: 'function', apply: `${label}(`, boost: -1 })),
    ];
    return { from: context.pos - (below[2] ?? '').length, options, validFor: /^\w*$/ };
  }
  const word = context.matchBefore(/[A-Za-z_]\w*$/);
  if (word === null && !context.explicit) return null;
  const options = [
    ...FIELDS.map((label): Completion => ({ label, type: 'variable', boost: 1 })),
    ...FUNCTIONS.map((label): Completion => ({ label, type: 'function', apply: `${label}(` })),
  ];
  return { from: word?.from ?? context.pos, options, validFor: /^\w*$/ };
}

export function mountEditor(parent: HTMLElement, options: EditorOptions): Editor {
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        history(),
        celLanguage,
        syntaxHighlighting(colours),
        errorMark,
        look,
        placeholder(options.placeholder),
        EditorView.contentAttributes.of({
          'aria-label': options.label,
          spellcheck: 'false',
          autocorrect: 'off',
          autocapitalize: 'off',
        }),
        // A line break pasted in becomes a blank: a filter is one line.
        EditorState.transactionFilter.of((tr) => {
          if (tr.newDoc.lines <= 1) return tr;
          const text = tr.newDoc.toString().replace(/\s*\n\s*/g, ' ');
          return {
            changes: { from: 0, to: tr.startState.doc.length, insert: text },
            selection: { anchor: text.length },
          };
        }),
        // Before the list's own keys, which take Esc for names that are still looked up.
        Prec.highest(
          keymap.of([
            {
              key: 'Enter',
              run: (editor) => {
                if (completionStatus(editor.state) === 'active') return false;
                // What is still being looked up would open over the applied filter.
                closeCompletion(editor);
                options.apply();
                return true;
              },
            },
            {
              key: 'Escape',
              run: (editor) => {
                if (completionStatus(editor.state) === 'active') return false;
                closeCompletion(editor);
                options.leave(editor.state.doc.toString());
                return true;
              },
            },
          ]),
        ),
        autocompletion({
          override: [(context) => complete(context, options)],
          icons: false,
          maxRenderedOptions: 50,
        }),
        keymap.of([
          ...historyKeymap,
          ...defaultKeymap.filter((binding) => binding.key !== 'Enter' && binding.key !== 'Mod-Enter'),
        ]),
        EditorView.updateListener.of((update) => {
          const own = update.transactions.some((tr) => tr.annotation(Transaction.remote) === true);
          if (update.docChanged && !own) options.write(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    setText(text) {
      if (text === view.state.doc.toString()) return;
      view.dispatch({
        changes: { from: 0, to: view.state.doc.length, insert: text },
        annotations: Transaction.remote.of(true),
      });
    },
    setError(error) {
      view.dispatch({ effects: setMark.of(error === null ? null : { from: error.start, to: error.end }) });
    },
    destroy: () => view.destroy(),
  };
}
