/** Who and what the sandbox's workspace begins with. The ids are fixed: paksa.yaml and the tests name them. */

export interface SeedUser {
  id: string;
  /** Handle, without `@`. */
  name: string;
  realName: string;
  /** What they are in the story, for the page. */
  role: string;
}

export interface SeedGroup {
  id: string;
  handle: string;
  name: string;
  users: string[];
}

export interface SeedChannel {
  id: string;
  name: string;
  topic: string;
  isPrivate?: boolean;
  /** Everyone and the bot, when unset. */
  members?: string[];
}

export interface SeedApp {
  id: string;
  botId: string;
  botUserId: string;
  name: string;
  commands: { command: string; description: string; usageHint: string }[];
}

export interface Seed {
  team: { id: string; name: string; domain: string };
  app: SeedApp;
  users: SeedUser[];
  groups: SeedGroup[];
  channels: SeedChannel[];
}

export const PEOPLE = {
  ana: 'U0ANA00001',
  bilal: 'U0BILAL002',
  dana: 'U0DANA0003',
  omar: 'U0OMAR0004',
  sana: 'U0SANA0005',
  ext: 'U0EXT00006',
} as const;

export const BOT_USER = 'U0PAKSA000';

export const GROUPS = {
  development: 'S0DEVELOP1',
  devops: 'S0DEVOPS02',
  architects: 'S0ARCHIT03',
  consultants: 'S0CONSULT4',
} as const;

export const CHANNELS = { operations: 'C0OPERATE1', incidents: 'C0INCIDEN2' } as const;

/** The conversation of the app with this person. */
export function directMessage(userId: string): string {
  return `D${userId.slice(1)}`;
}

export const seed: Seed = {
  team: { id: 'T0PAKSA001', name: 'Paksa', domain: 'paksa' },
  app: {
    id: 'A0PAKSA001',
    botId: 'B0PAKSA001',
    botUserId: BOT_USER,
    name: 'paksa',
    commands: [
      {
        command: '/paksa',
        description: 'Look at the infrastructure, say what is wrong, and offer the fixes',
        usageHint: 'diagnose ssl | diagnose all | emergency | oncall | help',
      },
    ],
  },
  users: [
    { id: PEOPLE.ana, name: 'ana', realName: 'Ana Ferreira', role: 'Requester' },
    { id: PEOPLE.bilal, name: 'bilal', realName: 'Bilal Khan', role: 'Approver' },
    { id: PEOPLE.dana, name: 'dana', realName: 'Dana Novak', role: 'Level 1 · Development' },
    { id: PEOPLE.omar, name: 'omar', realName: 'Omar Haddad', role: 'Level 2 · DevOps' },
    { id: PEOPLE.sana, name: 'sana', realName: 'Sana Iqbal', role: 'Level 3 · Architects' },
    { id: PEOPLE.ext, name: 'ext', realName: 'Eva Externa', role: 'Level 4 · Consultants' },
  ],
  groups: [
    { id: GROUPS.development, handle: 'development', name: 'Development team', users: [PEOPLE.dana] },
    { id: GROUPS.devops, handle: 'devops', name: 'DevOps and infrastructure team', users: [PEOPLE.omar] },
    { id: GROUPS.architects, handle: 'architects', name: 'Senior architects', users: [PEOPLE.sana] },
    { id: GROUPS.consultants, handle: 'consultants', name: 'External consultants', users: [PEOPLE.ext] },
  ],
  channels: [
    {
      id: CHANNELS.operations,
      name: 'operations',
      topic: 'Day-to-day running of the Paksa Financial System',
    },
    { id: CHANNELS.incidents, name: 'incidents', topic: 'What is broken now, and who is on it' },
  ],
};
