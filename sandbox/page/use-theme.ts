/** Light or dark: what the system says, until somebody here says otherwise. */
import { useEffect, useState, useSyncExternalStore } from 'react';
import { recall, remember } from './storage.ts';

export type Theme = 'light' | 'dark';

const systemIsDark = matchMedia('(prefers-color-scheme: dark)');

function subscribe(listener: () => void): () => void {
  systemIsDark.addEventListener('change', listener);
  return () => systemIsDark.removeEventListener('change', listener);
}

function recalled(): Theme | undefined {
  const theme = recall('theme');
  return theme === 'light' || theme === 'dark' ? theme : undefined;
}

export function useTheme(): { theme: Theme; toggle(): void } {
  const system: Theme = useSyncExternalStore(subscribe, () => systemIsDark.matches) ? 'dark' : 'light';
  const [chosen, setChosen] = useState(recalled);
  const theme = chosen ?? system;

  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);

  const toggle = () => {
    const next = theme === 'dark' ? 'light' : 'dark';
    remember('theme', next);
    setChosen(next);
  };
  return { theme, toggle };
}
