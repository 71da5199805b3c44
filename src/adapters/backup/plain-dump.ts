/**
 * A plain dump is a script for psql, which would follow it anywhere: one made with `--create` drops and connects to the very
 * database it was taken from. Read whole before it is run, so that such a script, or half of one, is not begun.
 */
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { failure, folderError } from './errors.ts';

/** Of a line, enough to know a COPY with a thousand columns. */
const MOST_CHARACTERS = 262_144;

const COMPLETE = '-- PostgreSQL database dump complete';
/** psql's own commands; `\restrict` is pg_dump's lock against all others. */
const COMMAND = /^\\(?!(?:un)?restrict\b)([A-Za-z!?]\w*)/;

/** @throws AdapterError refused, saying what is wrong with it */
export async function requireRestorable(path: string, signal: AbortSignal): Promise<void> {
  let inCopy = false;
  let complete = false;
  let line = '';
  let number = 0;
  const read = (): void => {
    number += 1;
    if (inCopy) {
      inCopy = !/^\\\.\r?$/.test(line);
    } else if (line.startsWith('COPY ') && /FROM stdin;\r?$/.test(line)) {
      inCopy = true;
    } else {
      complete ||= line.startsWith(COMPLETE);
      const command = COMMAND.exec(line)?.[1];
      if (command !== undefined) throw commanding(path, number, command);
    }
    line = '';
  };
  try {
    for await (const chunk of createReadStream(path, { encoding: 'latin1', signal })) {
      const parts = String(chunk).split('\n');
      parts.forEach((part, index) => {
        if (index > 0) read();
        line = (line + part).slice(0, MOST_CHARACTERS);
      });
    }
    read();
  } catch (error) {
    throw folderError('restore', path, error);
  }
  if (!complete || inCopy)
    throw failure(
      'restore',
      'refused',
      `${basename(path)} ends before its end (“${COMPLETE.slice(3)}” is missing): take another backup.`,
    );
}

const commanding = (path: string, line: number, command: string) =>
  failure(
    'restore',
    'refused',
    `${basename(path)} gives psql the command \\${command.slice(0, 20)} in line ${line}, so it could change other databases: it was made with --create or by pg_dumpall. Take a backup made without.`,
  );
