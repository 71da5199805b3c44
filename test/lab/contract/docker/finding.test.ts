/** Which containers are meant, and an engine that cannot be asked: each fault, and a sentence that says what to do. */
import { once } from 'node:events';
import { chmod, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DockerSettings } from '../../../../src/adapters/docker/port.ts';
import { type TemporaryFolder, temporaryFolder } from '../../../harness/folder.ts';
import { canRunLab, LAB_MS } from '../../for-tests.ts';
import { adapterOf, failureOf, IDLE, openProject, type Project, soon } from './project.ts';

describe.runIf(canRunLab())('finding containers', () => {
  let project: Project;
  let folder: TemporaryFolder;

  beforeAll(async () => {
    project = await openProject();
    folder = await temporaryFolder();
    await project.run(IDLE, { service: 'api' });
    await project.run(IDLE, { service: 'db' });
  }, LAB_MS);
  afterAll(async () => {
    await project?.[Symbol.asyncDispose]();
    await folder?.[Symbol.asyncDispose]();
  });

  const look = (change: Partial<DockerSettings>, signal = soon()) =>
    adapterOf({ ...project.settings('api'), ...change }).probe.replicas('backend', signal);

  describe('which containers', () => {
    test('one by its name, whatever its labels', async () => {
      const container = `${project.name}-db-1`;
      const found = await look({ project: undefined, services: { backend: { container } } });
      expect(found.map(({ name }) => name)).toEqual([container]);
    });

    test('a service that has no container: which there are', async () => {
      const error = await failureOf(look({ services: { backend: { service: 'backend' } } }));
      expect(error).toMatchObject({ system: 'docker', fault: 'not-found' });
      expect(error.message).toContain(
        `no container of service “backend” in the compose project “${project.name}”, which has api, db`,
      );
      expect(error.message).toContain('docker compose up -d backend');
    });

    test('a project that has none at all', async () => {
      const error = await failureOf(look({ project: 'paksa-no-such-project' }));
      expect(error).toMatchObject({
        fault: 'not-found',
        message: expect.stringContaining('nor of any other'),
      });
    });

    test('a name that no container has', async () => {
      const error = await failureOf(look({ services: { backend: { container: 'paksa-no-such' } } }));
      expect(error).toMatchObject({
        fault: 'not-found',
        message: expect.stringContaining('“paksa-no-such”'),
      });
    });

    test('what is not configured', async () => {
      expect(await failureOf(look({ services: {} }))).toMatchObject({
        fault: 'not-configured',
        message: expect.stringContaining('docker.services.backend'),
      });
      expect(await failureOf(look({ project: undefined }))).toMatchObject({
        fault: 'not-configured',
        message: expect.stringContaining('docker.project'),
      });
      expect(await failureOf(look({ services: { backend: { container: '../info' } } }))).toMatchObject({
        fault: 'not-configured',
      });
    });
  });

  describe('an engine that cannot be asked', () => {
    test('no socket', async () => {
      const socketPath = join(folder.path, 'none.sock');
      const error = await failureOf(look({ socketPath }));
      expect(error).toMatchObject({ system: 'docker', fault: 'unreachable' });
      expect(error.message).toContain(`There is no socket ${socketPath}: is the Docker engine running?`);
    });

    test('DOCKER_HOST does not win over the configuration', async () => {
      const before = process.env.DOCKER_HOST;
      process.env.DOCKER_HOST = 'tcp://127.0.0.1:1';
      try {
        expect(await look({})).toHaveLength(1);
      } finally {
        if (before === undefined) delete process.env.DOCKER_HOST;
        else process.env.DOCKER_HOST = before;
      }
    });

    test('a socket that nobody listens on', async () => {
      const socketPath = join(folder.path, 'left.sock');
      await writeFile(socketPath, '');
      expect(await failureOf(look({ socketPath }))).toMatchObject({
        fault: 'unreachable',
        message: expect.stringContaining(`Nothing answers on ${socketPath}`),
      });
    });

    test('a socket that Paksa may not open', async () => {
      const socketPath = join(folder.path, 'closed.sock');
      const server = createServer().listen(socketPath);
      await once(server, 'listening');
      await chmod(socketPath, 0o000);
      const isRoot = process.geteuid?.() === 0;
      // Root may open everything: for a moment it is somebody else.
      if (isRoot) process.seteuid?.(65_534);
      const error = await failureOf(look({ socketPath })).finally(() => {
        if (isRoot) process.seteuid?.(0);
        server.close();
      });
      expect(error).toMatchObject({ fault: 'forbidden', retryable: false });
      expect(error.message).toContain('group docker');
    });

    test('an engine that hangs, before its answer and within it', async () => {
      for (const said of ['', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[']) {
        const socketPath = join(folder.path, `hanging${said.length}.sock`);
        const server = createServer((socket) =>
          socket.on('error', () => {}).once('data', () => socket.write(said)),
        );
        server.listen(socketPath);
        await once(server, 'listening');
        const error = await failureOf(look({ socketPath }, AbortSignal.timeout(300)));
        expect(error).toMatchObject({ fault: 'timed-out', retryable: true });
        expect(error.message).toContain('look whether it hangs');
        server.close();
      }
    });

    test('a proxy that does not let everything through', async () => {
      const socketPath = join(folder.path, 'proxy.sock');
      const server = createHttpServer((_, response) => {
        response.statusCode = 403;
        response.end('{"message":"not allowed here"}');
      }).listen(socketPath);
      await once(server, 'listening');
      const error = await failureOf(look({ socketPath }));
      server.close();
      expect(error).toMatchObject({
        fault: 'forbidden',
        message: expect.stringContaining('not allowed here'),
      });
    });

    test('a look that is called off before it begins', async () => {
      expect(await failureOf(look({}, AbortSignal.abort()))).toMatchObject({ fault: 'timed-out' });
    });
  });
});
