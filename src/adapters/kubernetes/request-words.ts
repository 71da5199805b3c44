/** A request's path in the words of RBAC: which verb on which resource, in which namespace. */

export interface RequestWords {
  /** As a Role writes it: get, list, create, update, patch, delete. */
  readonly verb: string;
  /** With its subresource, such as `deployments/scale`. */
  readonly resource: string;
  /** Empty for the core group. */
  readonly group: string;
  readonly namespace?: string | undefined;
  /** Absent where all of a kind are meant. */
  readonly name?: string | undefined;
}

/** Whatever is before it belongs to a proxy that stands in front of the API server. */
const API_PATH =
  /\/(?:api\/v1|apis\/(?<group>[^/]+)\/[^/]+)(?:\/namespaces\/(?<namespace>[^/]+))?\/(?<resource>[^/]+)(?:\/(?<name>[^/]+)(?:\/(?<sub>[^/]+).*)?)?$/;

const VERBS: Readonly<Record<string, string>> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

export function requestWords(method: string, path: string): RequestWords {
  const parts = API_PATH.exec(path)?.groups;
  if (parts === undefined) return { verb: method.toLowerCase(), resource: path, group: '' };
  const { group = '', namespace, resource = '', name, sub } = parts;
  return {
    verb: VERBS[method] ?? (name === undefined ? 'list' : 'get'),
    resource: sub === undefined ? resource : `${resource}/${sub}`,
    group,
    namespace,
    name: name === undefined ? undefined : decodeURIComponent(name),
  };
}

/** Such as `patch deployments/scale`. */
export const operationOf = ({ verb, resource }: RequestWords): string => `${verb} ${resource}`;

/** Such as `deployment paksa-financial/paksa-backend`. */
export function objectOf({ resource, namespace, name }: RequestWords): string {
  const [plural = resource] = resource.split('/');
  if (name === undefined) return `${plural}${namespace === undefined ? '' : ` in ${namespace}`}`;
  return `${singular(plural)} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

/** `endpoints` is what one of them is called, too. */
const singular = (plural: string): string => {
  if (plural === 'endpoints') return plural;
  return plural.endsWith('ies') ? `${plural.slice(0, -3)}y` : plural.replace(/s$/, '');
};
