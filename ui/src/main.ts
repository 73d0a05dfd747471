import '@fontsource/inter/400.css';
import '@fontsource/inter/500.css';
import '@fontsource/inter/600.css';
import '@fontsource/jetbrains-mono/400.css';
import '@fontsource/jetbrains-mono/500.css';
import './theme/base.css';
import './theme/sheet.css';
import './theme/sides.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { connect } from './ipc/connect';
import { setBackend } from './state/backend';
import { measureIfAsked } from './state/perf';
import { screen } from './state/screen.svelte';

async function start(): Promise<void> {
  const target = document.getElementById('app');
  if (target === null) return;
  measureIfAsked();
  setBackend(await connect());
  mount(App, { target });
  await screen.start();
}

void start();
