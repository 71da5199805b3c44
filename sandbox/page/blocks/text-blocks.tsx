/** The blocks that are nothing but text: a text object, a header, and the small print. */
import { useMemo } from 'react';
import type { BlockOf, Picture } from './block-schema.ts';
import { richText } from './mrkdwn.ts';
import { PlainText } from './plain-text.tsx';
import type { Text } from './schema.ts';
import { StaticBlocks } from './static-blocks.tsx';

export function Mrkdwn({ text }: { text: string }) {
  const blocks = useMemo(() => [richText(text)], [text]);
  return <StaticBlocks blocks={blocks} />;
}

export function AnyText({ text }: { text: Text }) {
  return text.type === 'mrkdwn' ? <Mrkdwn text={text.text} /> : <PlainText text={text.text} />;
}

export function HeaderBlock({ block }: { block: BlockOf<'header'> }) {
  return (
    <h4 className="block-header">
      <PlainText text={block.text.text} />
    </h4>
  );
}

const isPicture = (element: Text | Picture): element is Picture => element.type === 'image';

export function ContextBlock({ block }: { block: BlockOf<'context'> }) {
  return (
    <div className="block-context">
      {block.elements.map((element, index) => {
        const key = `${index}`;
        if (isPicture(element)) return <img key={key} src={element.image_url} alt={element.alt_text} />;
        return (
          <div key={key}>
            <AnyText text={element} />
          </div>
        );
      })}
    </div>
  );
}
