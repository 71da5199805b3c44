/** Kubernetes' quantities (`250m`, `512Mi`, `1.5Gi`, `2e3`), exact to the last byte or thousandth of a core, rounded up. */

const POWERS: Readonly<Record<string, readonly [base: bigint, exponent: number]>> = {
  n: [10n, -9],
  u: [10n, -6],
  m: [10n, -3],
  '': [10n, 0],
  k: [10n, 3],
  M: [10n, 6],
  G: [10n, 9],
  T: [10n, 12],
  P: [10n, 15],
  E: [10n, 18],
  Ki: [2n, 10],
  Mi: [2n, 20],
  Gi: [2n, 30],
  Ti: [2n, 40],
  Pi: [2n, 50],
  Ei: [2n, 60],
};

const QUANTITY =
  /^(?<sign>[+-]?)(?<whole>\d*)\.?(?<fraction>\d*)(?:[eE](?<exponent>[+-]?\d+)|(?<suffix>[A-Za-z]*))$/;

/** Undefined for what is no quantity. */
export const parseBytes = (quantity: string | undefined): number | undefined => parse(quantity, 0);

export const parseMillicores = (quantity: string | undefined): number | undefined => parse(quantity, 3);

/** The value times ten to the power of `shift`. */
function parse(quantity: string | undefined, shift: number): number | undefined {
  const parts = QUANTITY.exec(quantity?.trim() ?? '')?.groups;
  if (parts === undefined) return undefined;
  const { sign, whole = '', fraction = '', exponent, suffix = '' } = parts;
  const power: (typeof POWERS)[string] | undefined =
    exponent === undefined ? POWERS[suffix] : [10n, Number(exponent)];
  if (power === undefined || whole + fraction === '' || Math.abs(power[1]) > 60) return undefined;
  const [base, raised] = power;
  const above = base ** BigInt(Math.max(raised, 0)) * 10n ** BigInt(shift);
  const below = base ** BigInt(Math.max(-raised, 0)) * 10n ** BigInt(fraction.length);
  const product = BigInt(whole + fraction) * above;
  const rounded = Number((product + below - 1n) / below);
  return sign === '-' ? -rounded : rounded;
}

/** As people write it: in whole `Gi` or `Mi` where it is some, else in bytes. */
export function formatBytes(bytes: number): string {
  const units = [
    ['Gi', 2 ** 30],
    ['Mi', 2 ** 20],
    ['Ki', 2 ** 10],
  ] as const;
  const unit = units.find(([, size]) => bytes >= size && bytes % size === 0);
  return unit === undefined ? String(bytes) : `${bytes / unit[1]}${unit[0]}`;
}

export const formatMillicores = (millicores: number): string => `${millicores}m`;
