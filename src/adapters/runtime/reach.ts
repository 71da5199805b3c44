/** A TCP connection from inside a replica: is the name known there, and does somebody listen. */
import type { Exec, ExecResult } from '../exec/port.ts';
import { byFirst, python, type Way } from './by-first.ts';
import type { Reach } from './port.ts';

const TIMEOUT_S = 5;

const CONNECT = `
import socket, sys, time
start = time.monotonic()
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), float(sys.argv[3])).close()
    print("connected in %d ms" % round((time.monotonic() - start) * 1000))
except socket.gaierror:
    print("name does not resolve")
except ConnectionRefusedError:
    print("connection refused")
except (socket.timeout, TimeoutError):
    print("timed out")
except OSError as error:
    print("failed:", error.strerror or error)
`;

/** A name or an address; nothing that a program could take for an option. */
const HOST = /^[A-Za-z0-9_.:%][A-Za-z0-9_.:%-]*$/;

type Outcome = Omit<Reach, 'replica'>;

export async function reach(
  exec: Exec,
  replica: string,
  host: string,
  port: number,
  signal: AbortSignal,
): Promise<Reach> {
  if (!HOST.test(host)) return { replica, reached: false, detail: `“${host}” is no host name` };
  const outcome = await byFirst(waysTo(host, String(port)), {
    exec,
    replica,
    operation: `connect to ${host}:${port}`,
    signal,
  });
  return { replica, ...outcome };
}

const waysTo = (host: string, port: string): Way<Outcome>[] => [
  { command: python(CONNECT, host, port, String(TIMEOUT_S)), read: readPython },
  { command: ['nc', '-z', '-v', '-w', String(TIMEOUT_S), host, port], read: readNetcat },
  {
    // Its telnet says nothing by itself, and hears whoever speaks first: a connection ends with the time, or the server.
    command: [
      'curl',
      '-q',
      '--noproxy',
      '*',
      '-m',
      '2',
      '-o',
      '/dev/null',
      '-w',
      '%{time_connect}',
      telnet(host, port),
    ],
    read: readCurl,
  },
  { command: ['pg_isready', '-h', host, '-p', port, '-t', String(TIMEOUT_S)], read: readPgIsready },
];

function readPython({ stdout }: ExecResult): Outcome | undefined {
  const said = stdout.trim();
  if (said === '') return undefined;
  return said === 'timed out' ? unanswered : { reached: said.startsWith('connected'), detail: said };
}

/** Debian's two netcats and busybox's say it in their own words; a busybox built without `-z` says how it is used. */
function readNetcat({ exitCode, stderr }: ExecResult): Outcome | undefined {
  if (exitCode === 0) return { reached: true, detail: 'connected' };
  if (/usage|invalid option|unrecognized option/i.test(stderr)) return undefined;
  if (/refused/i.test(stderr)) return { reached: false, detail: 'connection refused' };
  if (/bad address|getaddrinfo|not known|forward host lookup failed|resol/i.test(stderr)) {
    return { reached: false, detail: 'name does not resolve' };
  }
  const said = stderr.trim().split('\n').at(-1) ?? '';
  return said === '' || /timed out|timeout/i.test(said) ? unanswered : { reached: false, detail: said };
}

const telnet = (host: string, port: string): string =>
  `telnet://${host.includes(':') ? `[${host}]` : host}:${port}`;

/** Absent for a curl that was built without telnet. */
function readCurl({ exitCode, stdout }: ExecResult): Outcome | undefined {
  if (Number(stdout) > 0)
    return { reached: true, detail: `connected in ${Math.round(Number(stdout) * 1000)} ms` };
  switch (exitCode) {
    case 6:
      return { reached: false, detail: 'name does not resolve' };
    case 7:
      return { reached: false, detail: 'no connection: refused, or no route' };
    case 28:
      return { reached: false, detail: 'no answer within 2 s' };
    default:
      return undefined;
  }
}

/** It speaks PostgreSQL alone, and does not say why nothing answered it. */
function readPgIsready({ exitCode }: ExecResult): Outcome | undefined {
  if (exitCode === 0) return { reached: true, detail: 'PostgreSQL accepts connections' };
  if (exitCode === 1) return { reached: true, detail: 'PostgreSQL answers, but refuses connections for now' };
  return exitCode === 2 ? { reached: false, detail: 'no PostgreSQL answers there (pg_isready)' } : undefined;
}

const unanswered: Outcome = { reached: false, detail: `no answer within ${TIMEOUT_S} s` };
