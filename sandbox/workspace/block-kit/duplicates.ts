/** A `block_id` is unique in its message or view, an `action_id` in its block. */
import { type Fields, fieldsIn, isFields, textOf } from '../fields.ts';
import { pointer } from './issues.ts';

type Path = readonly (string | number)[];

function located(blocks: readonly unknown[], path: Path): { block: Fields; path: Path }[] {
  return blocks.flatMap((block, index) => {
    if (!isFields(block)) return [];
    const here = [...path, index];
    const children = Array.isArray(block.child_blocks) ? block.child_blocks : [];
    return [{ block, path: here }, ...located(children, [...here, 'child_blocks'])];
  });
}

function repeated(ids: readonly (string | undefined)[]): number[] {
  const seen = new Set<string>();
  return ids.flatMap((id, index) => {
    if (!id) return [];
    if (seen.has(id)) return [index];
    seen.add(id);
    return [];
  });
}

export function duplicates(blocks: readonly unknown[], root: Path): string[] {
  const all = located(blocks, root);
  const ids = all.map(({ block }) => textOf(block.block_id));
  const sameBlock = repeated(ids).map(
    (index) =>
      `\`block_id\` "${ids[index]}" already exists ${pointer([...(all[index]?.path ?? root), 'block_id'])}`,
  );
  const sameAction = all.flatMap(({ block, path }) => {
    const actions = fieldsIn(block.elements).map((element) => textOf(element.action_id));
    return repeated(actions).map(
      (index) =>
        `\`action_id\` "${actions[index]}" already exists for \`block_id\` "${String(block.block_id ?? '')}" ` +
        pointer([...path, 'elements', index, 'action_id']),
    );
  });
  return [...sameBlock, ...sameAction];
}
