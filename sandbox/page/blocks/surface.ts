/** What blocks need to know of where they are drawn: a message, a modal or the Home tab. */
import { createContext, useContext } from 'react';
import type { PageChannel, PageGroup, PageUser } from '../api.ts';
import type { Theme } from '../use-theme.ts';
import type { Chosen } from './values.ts';

/** The people and places that text may name, and how to draw it. */
export interface Directory {
  me: string;
  users: PageUser[];
  groups: PageGroup[];
  channels: PageChannel[];
  theme: Theme;
}

export interface Surface {
  /** Sends a click or a choice to the app. */
  act(action: Record<string, unknown>): void;
  /** `block_id/action_id` of what was pressed and not answered yet: until then nothing here can be pressed again. */
  pending: string | undefined;
  /** In a modal: the values so far, and where they go. */
  form?: {
    chosen(blockId: string, actionId: string): Chosen | undefined;
    choose(blockId: string, actionId: string, chosen: Chosen): void;
    errors: Record<string, string>;
  };
}

export const actionKey = (blockId: string, actionId: string) => `${blockId}/${actionId}`;

export const DirectoryContext = createContext<Directory>({
  me: '',
  users: [],
  groups: [],
  channels: [],
  theme: 'light',
});
export const SurfaceContext = createContext<Surface>({ act: () => undefined, pending: undefined });

export const useDirectory = () => useContext(DirectoryContext);
export const useSurface = () => useContext(SurfaceContext);
