/** A Block Kit button, and the overflow menu, which is a button with several of them inside. */
import { MenuButton } from '../menu.tsx';
import { useConfirm } from './confirm.tsx';
import { PlainText } from './plain-text.tsx';
import type { Button, Overflow } from './schema.ts';
import { actionKey, useSurface } from './surface.ts';

export function ButtonElement({ element, blockId }: { element: Button; blockId: string }) {
  const { act, pending } = useSurface();
  const { ask, dialog } = useConfirm();
  const isPending = pending === actionKey(blockId, element.action_id);
  const className = `button ${element.style === undefined ? '' : `button-${element.style}`}`;
  const content = <PlainText text={element.text.text} />;

  const press = () => {
    const { type, action_id, value, text } = element;
    act({ type, action_id, block_id: blockId, text, ...(value === undefined ? {} : { value }) });
  };

  if (element.url !== undefined) {
    return (
      <a
        className={className}
        href={element.url}
        target="_blank"
        rel="noopener noreferrer"
        aria-label={element.accessibility_label}
        onClick={press}
      >
        {content}
        <span className="button-away" aria-hidden="true">
          ↗
        </span>
      </a>
    );
  }
  return (
    <>
      <button
        type="button"
        className={className}
        aria-label={element.accessibility_label}
        aria-disabled={pending !== undefined}
        aria-busy={isPending}
        // Not `disabled`: that would throw the keyboard's focus away at every press.
        onClick={() => pending === undefined && ask(element.confirm, press)}
      >
        {content}
      </button>
      {dialog}
    </>
  );
}

export function OverflowElement({ element, blockId }: { element: Overflow; blockId: string }) {
  const { act, pending } = useSurface();
  const { ask, dialog } = useConfirm();
  const { type, action_id, confirm } = element;
  const items = element.options.map(({ text, value, url }) => ({
    id: value,
    label: <PlainText text={text.text} />,
    choose: () => {
      if (url !== undefined) open(url, '_blank', 'noopener');
      ask(confirm, () => act({ type, action_id, block_id: blockId, selected_option: { text, value } }));
    },
  }));
  return (
    <>
      <MenuButton
        name="More actions"
        className="button button-overflow"
        items={items}
        disabled={pending !== undefined}
      >
        <span aria-hidden="true">⋯</span>
      </MenuButton>
      {dialog}
    </>
  );
}
