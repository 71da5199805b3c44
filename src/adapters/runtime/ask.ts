/** `GET` of a replica's own HTTP port, from inside it: past every proxy, load balancer and network policy. */
import type { Exec, ExecResult } from '../exec/port.ts';
import { byFirst, python, type Way } from './by-first.ts';
import type { InsideAnswer } from './port.ts';

const TIMEOUT_S = 10;

const BODY_CHARACTERS = 500;

/** Prints what curl prints with `--include`, or one line with the reason. */
const GET = `
import http.client, sys
try:
    connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=float(sys.argv[3]))
    connection.request("GET", sys.argv[2])
    response = connection.getresponse()
    sys.stdout.write("HTTP/1.1 %d\\n\\n" % response.status)
    sys.stdout.flush()
    sys.stdout.buffer.write(response.read(4000))
except ConnectionRefusedError:
    print("connection refused")
except (OSError, http.client.HTTPException) as error:
    print(error or type(error).__name__)
`;

type Answered = Omit<InsideAnswer, 'replica'>;

/** `path` begins with a slash. */
export async function ask(
  exec: Exec,
  replica: string,
  port: number,
  path: string,
  signal: AbortSignal,
): Promise<InsideAnswer> {
  if (!path.startsWith('/')) throw new TypeError(`the path “${path}” does not begin with a slash`);
  const url = new URL(`http://127.0.0.1:${port}${path}`);
  const look = { exec, replica, operation: `ask port ${port}`, maxBytes: 64 * 1024, signal };
  return { replica, ...(await byFirst(waysTo(url), look)) };
}

const waysTo = (url: URL): Way<Answered>[] => [
  {
    // -q: no ~/.curlrc. The proxy of the image's environment is not meant for its own port.
    command: ['curl', '-q', '-sS', '-g', '-i', '--noproxy', '*', '-m', String(TIMEOUT_S), url.href],
    read: readCurl,
  },
  {
    command: python(GET, url.port || '80', `${url.pathname}${url.search}`, String(TIMEOUT_S)),
    read: ({ stdout }) => readResponse(stdout) ?? reason(stdout),
  },
  {
    command: ['wget', '-q', '-S', '-O', '-', '-Y', 'off', '-t', '1', '-T', String(TIMEOUT_S), url.href],
    read: readWget,
  },
];

const readCurl = ({ stdout, stderr }: ExecResult): Answered | undefined =>
  readResponse(stdout) ?? reason(stderr.replace(/^curl: \(\d+\) /m, ''));

/** The status line, headers, an empty line, the body. */
function readResponse(text: string): Answered | undefined {
  const status = /^HTTP\/[\d.]+ (\d{3})/.exec(text)?.[1];
  if (status === undefined) return undefined;
  const body = /\r?\n\r?\n(.*)/s.exec(text)?.[1] ?? '';
  return { status: Number(status), detail: body.slice(0, BODY_CHARACTERS) };
}

/** GNU's prints the headers, indented, to stderr, and is silent of failures; busybox's names the status of a failure alone. */
function readWget({ exitCode, stdout, stderr }: ExecResult): Answered | undefined {
  // Debian's busybox is built without time limits, and crashes when it is given one.
  if (exitCode > 128 || /usage:|unrecognized option|invalid option/i.test(stderr)) return undefined;
  const status = /HTTP\/[\d.]+ (\d{3})/.exec(stderr)?.[1];
  if (status !== undefined) return { status: Number(status), detail: stdout.slice(0, BODY_CHARACTERS) };
  return reason(stderr.replace(/^wget: /m, '')) ?? { detail: `no answer (wget ended with ${exitCode})` };
}

function reason(text: string): Answered | undefined {
  const said = text.trim().slice(0, BODY_CHARACTERS);
  return said === '' ? undefined : { detail: said };
}
