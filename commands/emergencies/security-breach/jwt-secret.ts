/** Where the secret of the backend's tokens is kept. */
import { all, noWorkload } from '../../parts/target.ts';

export const noJwtSecret = all(noWorkload('backend'), ({ environment, kubernetes }) =>
  kubernetes?.jwtSecret
    ? undefined
    : `no secret of the tokens configured (environments.${environment}.kubernetes.jwtSecret)`,
);
