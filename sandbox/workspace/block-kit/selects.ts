/** Select menus. */
import { z } from 'zod';
import { optionGroup, plainOption } from './composition.ts';
import { AMONG_OPTIONS, isAmongOptions, menu, several } from './element-parts.ts';
import { identifier, list } from './primitives.ts';

const staticOptions = {
  options: list(plainOption, 100).optional(),
  option_groups: list(optionGroup, 100).optional(),
};
const hasOneList = (value: { options?: unknown; option_groups?: unknown }) =>
  (value.options === undefined) !== (value.option_groups === undefined);
const ONE_LIST = 'must provide exactly one of options and option_groups';

const staticSelect = z
  .strictObject({
    type: z.literal('static_select'),
    ...menu,
    ...staticOptions,
    initial_option: plainOption.optional(),
  })
  .refine(hasOneList, ONE_LIST)
  .refine(isAmongOptions, AMONG_OPTIONS);
const multiStaticSelect = z
  .strictObject({
    type: z.literal('multi_static_select'),
    ...menu,
    ...several,
    ...staticOptions,
    initial_options: list(plainOption, 100).optional(),
  })
  .refine(hasOneList, ONE_LIST)
  .refine(isAmongOptions, AMONG_OPTIONS);

const filter = {
  default_to_current_conversation: z.boolean().optional(),
  response_url_enabled: z.boolean().optional(),
  filter: z.looseObject({}).optional(),
};
export const selects = [
  staticSelect,
  multiStaticSelect,
  z.strictObject({ type: z.literal('users_select'), ...menu, initial_user: identifier.optional() }),
  z.strictObject({
    type: z.literal('multi_users_select'),
    ...menu,
    ...several,
    initial_users: z.array(identifier).optional(),
  }),
  z.strictObject({
    type: z.literal('conversations_select'),
    ...menu,
    ...filter,
    initial_conversation: identifier.optional(),
  }),
  z.strictObject({
    type: z.literal('channels_select'),
    ...menu,
    initial_channel: identifier.optional(),
    response_url_enabled: z.boolean().optional(),
  }),
  z.strictObject({
    type: z.literal('external_select'),
    ...menu,
    min_query_length: z.int().optional(),
    initial_option: plainOption.optional(),
  }),
] as const;
