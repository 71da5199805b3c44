/** What somebody typed after `/paksa ladder`. */

export type LadderCommand =
  | { readonly command: 'ladder-check'; readonly environment?: string }
  | { readonly command: 'ladder-drill'; readonly environment?: string; readonly level?: number }
  | { readonly command: 'ladder-unknown'; readonly said: string };

const HOW =
  'Type `/paksa ladder check`, or `/paksa ladder drill`, and an environment where there are several.';

/** The check alone needs no word. `named`: the environment of `--env`. */
export function parseLadder([what = 'check', ...rest]: readonly string[], named?: string): LadderCommand {
  if (what === 'check') {
    const [word, ...more] = rest;
    if (more.length > 0) return { command: 'ladder-unknown', said: HOW };
    return { command: 'ladder-check', ...environmentOf(named ?? word) };
  }
  if (what === 'drill') return parseDrill(rest, named);
  return { command: 'ladder-unknown', said: HOW };
}

/** `[environment] [level N]`, in either order. */
function parseDrill(rest: readonly string[], named: string | undefined): LadderCommand {
  const at = rest.indexOf('level');
  const number = at < 0 ? undefined : rest[at + 1];
  const others = at < 0 ? rest : rest.toSpliced(at, 2);
  const [word, ...more] = others;
  if (more.length > 0) return { command: 'ladder-unknown', said: HOW };
  if (at >= 0 && !/^[1-9]\d?$/.test(number ?? ''))
    return { command: 'ladder-unknown', said: 'Which level? Write its number, such as `level 2`.' };
  return {
    command: 'ladder-drill',
    ...environmentOf(named ?? word),
    ...(number === undefined ? {} : { level: Number(number) }),
  };
}

const environmentOf = (environment: string | undefined) =>
  environment === undefined || environment === '' ? {} : { environment };
