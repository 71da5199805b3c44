/** `npm run licences`: writes docs/licences.md, the licence of each package that Paksa runs with, out of package-lock.json. */
import { readFileSync, writeFileSync } from 'node:fs';

/** What may be run with and given on. Another one is for a person to read first. */
const ALLOWED = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'MPL-2.0',
  'PSF-2.0',
  'Unlicense',
];

/** They say so in an older way, which npm does not take over. */
const OLDER: Readonly<Record<string, string>> = { buildcheck: 'MIT', 'cpu-features': 'MIT', ssh2: 'MIT' };

/** The part of package-lock.json that is read. */
export interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly version?: string; readonly license?: string; readonly dev?: boolean }>
  >;
}

interface Package {
  readonly name: string;
  readonly licence: string;
  readonly isDev: boolean;
}

export const packagesOf = (lock: Lock): readonly Package[] =>
  Object.entries(lock.packages)
    .filter(([place]) => place !== '')
    .map(([place, { license, dev = false }]) => {
      const name = place.replace(/^.*node_modules\//, '');
      return { name, licence: license ?? OLDER[name] ?? 'unknown', isDev: dev };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));

/** Of several, one that may be chosen is enough. */
export const isAllowed = (licence: string): boolean =>
  licence
    .replace(/[()]/g, '')
    .split(' OR ')
    .some((each) => ALLOWED.includes(each));

export function licencePage(lock: Lock): string {
  const byLicence = Map.groupBy(
    packagesOf(lock).filter(({ isDev }) => !isDev),
    ({ licence }) => licence,
  );
  const rows = [...byLicence]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([licence, all]) => {
      const names = [...new Set(all.map(({ name }) => name))];
      return `| ${licence} | ${names.length} | ${names.join(', ')} |`;
    });
  return [
    '# Licences',
    '',
    'Of the packages that Paksa runs with; written by `npm run licences` out of package-lock.json. A test fails when this page is not',
    'of the lock file as it is, or when a package, also of those for development, comes under a licence that nobody has looked at.',
    'The image has a bill of materials, `/paksa/sbom.json` (CycloneDX).',
    '',
    '| licence | packages | |',
    '| --- | ---: | --- |',
    ...rows,
    '',
  ].join('\n');
}

if (import.meta.main) {
  const root = new URL('../', import.meta.url);
  const lock = JSON.parse(readFileSync(new URL('package-lock.json', root), 'utf8'));
  writeFileSync(new URL('docs/licences.md', root), licencePage(lock));
}
