/** The topics, in the order in which help lists them. Adding one is a line here. */
import { catalog } from '../src/runbook/define.ts';
import { migrations } from './migrations.ts';
import { ssl } from './ssl.ts';

export const topics = catalog([ssl, migrations]);
