/** A section: text, fields in columns, and beside them a picture or something to press or to choose. */
import { type BlockOf, pictureIn } from './block-schema.ts';
import { AnyElement } from './element.tsx';
import { AnyText } from './text-blocks.tsx';

interface AccessoryProps {
  accessory: unknown;
  blockId: string;
  name: string;
}

function Accessory({ accessory, blockId, name }: AccessoryProps) {
  const picture = pictureIn(accessory);
  if (picture !== undefined) return <img src={picture.image_url} alt={picture.alt_text} />;
  return <AnyElement element={accessory} blockId={blockId} name={name} />;
}

export function SectionBlock({ block, blockId }: { block: BlockOf<'section'>; blockId: string }) {
  const { text, fields = [], accessory } = block;
  return (
    <div className="block-section">
      <div className="block-section-text">
        {text !== undefined && <AnyText text={text} />}
        {fields.length > 0 && (
          <div className="block-fields">
            {fields.map((field) => (
              <div key={field.text}>
                <AnyText text={field} />
              </div>
            ))}
          </div>
        )}
      </div>
      {accessory !== undefined && (
        <div className="block-section-accessory">
          <Accessory accessory={accessory} blockId={blockId} name={text?.text ?? 'Choose'} />
        </div>
      )}
    </div>
  );
}
