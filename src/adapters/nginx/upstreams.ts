/** The servers of `upstream` blocks, in the dump of `nginx -T` and in a single file. */
import { posix } from 'node:path';
import { type Directive, readDirectives, type Word } from './directives.ts';
import type { UpstreamServer } from './port.ts';

const DEFAULT_MAX_FAILS = 1;
const DEFAULT_FAIL_TIMEOUT_SECONDS = 10;

const SECONDS: Readonly<Record<string, number>> = {
  ms: 0.001,
  s: 1,
  m: 60,
  h: 3_600,
  d: 86_400,
  w: 604_800,
  M: 2_592_000,
  y: 31_536_000,
};

/** `dump` is what `nginx -T` prints: every file that is in use, after a comment that names it. */
export function readUpstreams(dump: string): readonly UpstreamServer[] {
  const files = splitDump(dump);
  return files.flatMap((file) =>
    blocksNamed('upstream', file.directives).flatMap(({ words, block }) =>
      block.flatMap((inside) => {
        const found = included(inside, files);
        const lines = found ?? [{ file, servers: [inside].filter(isServer) }];
        return lines.flatMap(({ file: { name, text }, servers }) =>
          servers.map((server) => ({
            upstream: words[1]?.value ?? '',
            ...figures(server.words),
            file: name,
            line: text.slice(server.words[0]?.start, server.end + 1),
          })),
        );
      }),
    ),
  );
}

/** The servers in a file by itself. Outside of blocks a plain `server …;` is the content of an upstream that includes the file. */
export const serversOf = (text: string): readonly Directive[] => {
  const directives = readDirectives(text);
  const within = blocksNamed('upstream', directives).flatMap(({ block }) => block);
  return [...directives, ...within].filter(isServer);
};

/** A `server` with a block is a virtual host. */
const isServer = ({ words, block }: Directive): boolean =>
  words[0]?.value === 'server' && words.length > 1 && block === undefined;

type Block = Directive & { readonly block: readonly Directive[] };

const blocksNamed = (name: string, directives: readonly Directive[]): readonly Block[] =>
  directives.flatMap(({ block, ...directive }) => {
    if (block === undefined) return [];
    return directive.words[0]?.value === name ? [{ ...directive, block }] : blocksNamed(name, block);
  });

interface DumpedFile {
  readonly name: string;
  readonly text: string;
  readonly directives: readonly Directive[];
}

function splitDump(dump: string): readonly DumpedFile[] {
  const [, ...parts] = dump.split(/^# configuration file (\/.+):$/m);
  return parts.flatMap((name, index) => {
    const text = parts[index + 1] ?? '';
    return index % 2 === 0 ? [{ name, text, directives: readDirectives(text) }] : [];
  });
}

/** Where an upstream includes other files, their servers. Relative names start at the main file's folder, the first of the dump. */
function included({ words, block }: Directive, files: readonly DumpedFile[]) {
  const pattern = words[1]?.value;
  if (words[0]?.value !== 'include' || block !== undefined || pattern === undefined) return undefined;
  const whole = posix.resolve(posix.dirname(files[0]?.name ?? '/'), pattern);
  return files
    .filter(({ name }) => name === whole || posix.matchesGlob(name, whole))
    .map((file) => ({ file, servers: file.directives.filter(isServer) }));
}

function figures([, address, ...parameters]: readonly Word[]) {
  const value = (name: string) =>
    parameters.findLast((word) => word.value.startsWith(`${name}=`))?.value.slice(name.length + 1);
  return {
    address: address?.value ?? '',
    maxFails: Number(value('max_fails') ?? DEFAULT_MAX_FAILS),
    failTimeoutSeconds: seconds(value('fail_timeout')),
  };
}

/** nginx's notation, such as `30`, `1500ms` or `1m30s`; a bare number is seconds (nginx.org, “Configuration file measurement units”). */
export function seconds(written: string | undefined): number {
  if (written === undefined) return DEFAULT_FAIL_TIMEOUT_SECONDS;
  return [...written.matchAll(/(\d+)\s*(ms|[smhdwMy]?)/g)].reduce(
    (total, [, count, unit]) => total + Number(count) * (SECONDS[unit || 's'] ?? 1),
    0,
  );
}
