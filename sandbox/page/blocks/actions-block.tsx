/** A row of buttons and menus. */
import { AnyElement } from './element.tsx';

export function ActionsBlock({ elements, blockId }: { elements: unknown[]; blockId: string }) {
  return (
    <div className="block-actions">
      {elements.map((element, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: elements are told apart by their place; action ids may be missing
        <AnyElement key={index} element={element} blockId={blockId} name="Choose" />
      ))}
    </div>
  );
}
