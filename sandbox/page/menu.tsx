/** A button that opens a menu: arrows, Home, End, Escape, and a click elsewhere, as the ARIA menu pattern has them. */
import { type KeyboardEvent, type ReactNode, useId, useLayoutEffect, useRef, useState } from 'react';

export interface MenuItem {
  id: string;
  label: ReactNode;
  /** Set in menus where one of several is chosen. */
  checked?: boolean;
  choose(): void;
}

interface MenuButtonProps {
  /** What the button is called, when its content does not say it. */
  name?: string;
  className: string;
  children: ReactNode;
  items: MenuItem[];
  disabled?: boolean;
}

const GAP = 6;

/** Under the button, or above it where there is no room, and never past the window's edge. */
function place(menu: HTMLElement, button: DOMRect): void {
  const { width, height } = menu.getBoundingClientRect();
  const below = button.bottom + GAP;
  const top = below + height <= innerHeight - GAP ? below : Math.max(GAP, button.top - GAP - height);
  menu.style.top = `${top}px`;
  menu.style.left = `${Math.max(GAP, Math.min(button.left, innerWidth - width - GAP))}px`;
}

export function MenuButton({ name, className, children, items, disabled = false }: MenuButtonProps) {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  const menuId = useId();

  useLayoutEffect(() => {
    const element = menu.current;
    if (!isOpen || element === null || button.current === null) return;
    element.showPopover();
    place(element, button.current.getBoundingClientRect());
    const entries = element.querySelectorAll<HTMLElement>('[role^=menuitem]');
    (element.querySelector<HTMLElement>('[aria-checked=true]') ?? entries[0])?.focus();
    const onToggle = (event: ToggleEvent) => {
      if (event.newState === 'closed') setOpen(false);
    };
    element.addEventListener('toggle', onToggle);
    return () => element.removeEventListener('toggle', onToggle);
  }, [isOpen]);

  const close = () => {
    setOpen(false);
    button.current?.focus();
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const entries = [...(menu.current?.querySelectorAll<HTMLElement>('[role^=menuitem]') ?? [])];
    const here = entries.findIndex((entry) => entry.matches(':focus'));
    const go = (to: number) => {
      event.preventDefault();
      entries.at(to % entries.length)?.focus();
    };
    if (event.key === 'ArrowDown') go(here + 1);
    else if (event.key === 'ArrowUp') go(here - 1);
    else if (event.key === 'Home') go(0);
    else if (event.key === 'End') go(-1);
    else if (event.key === 'Tab') close();
    else if (event.key === 'Escape') {
      // Inside a dialog the same key would close that too.
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  };

  return (
    <>
      <button
        ref={button}
        type="button"
        className={className}
        aria-label={name}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={isOpen ? menuId : undefined}
        aria-disabled={disabled}
        onClick={() => !disabled && setOpen(!isOpen)}
      >
        {children}
      </button>
      {isOpen && (
        <div
          ref={menu}
          id={menuId}
          popover="auto"
          role="menu"
          aria-label={name}
          className="menu"
          onKeyDown={onKeyDown}
        >
          {items.map(({ id, label, checked, choose }) => (
            // biome-ignore lint/a11y/useAriaPropsSupportedByRole: set only together with the role that has it
            <button
              key={id}
              type="button"
              role={checked === undefined ? 'menuitem' : 'menuitemradio'}
              aria-checked={checked}
              tabIndex={-1}
              className="menu-item"
              onClick={() => {
                close();
                choose();
              }}
            >
              {label}
            </button>
          ))}
        </div>
      )}
    </>
  );
}
