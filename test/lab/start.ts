/** Brings everything up, side by side where nothing has to wait for anything, and down again in the reverse order. */
import { join } from 'node:path';
import { closers } from '../../src/signals.ts';
import { createDaemons } from './daemons.ts';
import { BASE_IMAGE, ensureBaseImage, ensureTar } from './docker/base-image.ts';
import { openEngine } from './docker/engine.ts';
import { buildImages, type Images, removeOldImages } from './docker/images.ts';
import { unpackBinaries } from './kubernetes/binaries.ts';
import { createBotUser } from './kubernetes/bot-user.ts';
import { connectCluster } from './kubernetes/cluster.ts';
import { startControlPlane, startEtcd } from './kubernetes/control-plane.ts';
import { makeCredentials } from './kubernetes/credentials.ts';
import { existingCluster, localCluster, requireImages } from './kubernetes/existing.ts';
import { finishDeletions } from './kubernetes/finish-deletions.ts';
import { writeKubeconfig } from './kubernetes/kubeconfig.ts';
import { clearNode, NODE, startKubelet } from './kubernetes/kubelet.ts';
import type { LabDescription, StartOptions } from './lab.ts';
import { paths } from './paths.ts';
import { together } from './together.ts';

export interface Started {
  readonly where: LabDescription;
  readonly images: Images;
  stop(): Promise<void>;
}

/** What can be made before anything is started, and takes minutes the first time. */
export async function makeWithoutDaemons(say: StartOptions['say'], signal: AbortSignal): Promise<void> {
  const isOurs = localCluster() === undefined;
  await Promise.all([ensureTar({ say, signal }), ...(isOurs ? [unpackBinaries(signal)] : [])]);
}

export async function startEverything(say: StartOptions['say'], asked: AbortSignal): Promise<Started> {
  const failing = new AbortController();
  const signal = AbortSignal.any([asked, failing.signal]);
  const daemons = createDaemons(signal);
  const { opened, closeAll } = closers();
  opened(() => daemons.stopAll());
  try {
    say('starting Docker');
    const engine = await openEngine(daemons);
    const base = ensureBaseImage(engine.docker, { say, signal });
    const makeImages = async () => {
      await base;
      const images = await buildImages(engine.docker, BASE_IMAGE);
      await removeOldImages(engine.docker, [BASE_IMAGE, ...Object.values(images)]);
      return images;
    };
    const makeCluster = async (): Promise<Cluster> => {
      const existing = localCluster();
      if (existing !== undefined) return existingCluster(existing);
      say('starting Kubernetes');
      const [binaries, credentials, etcd] = await Promise.all([
        unpackBinaries(signal),
        makeCredentials(join(paths.run, 'keys'), engine.bridge),
        startEtcd(daemons),
      ]);
      const plane = await startControlPlane(daemons, { binaries, etcd, credentials, address: engine.bridge });
      await base; // every pod's first container is made from it
      opened(() => clearNode(engine.docker));
      opened(() => daemons.stop('kubelet'));
      await startKubelet(daemons, {
        program: binaries.kubelet,
        engine,
        credentials,
        adminKubeconfig: plane.adminKubeconfig,
        pauseImage: BASE_IMAGE,
      });
      return { ...plane, node: NODE, address: engine.bridge, own: true };
    };
    const [images, cluster] = await together(failing, makeImages(), makeCluster());
    if (cluster.own) opened(await finishDeletions(connectCluster(cluster.adminKubeconfig)));
    else await requireImages(cluster.adminKubeconfig, cluster.node, Object.values(images));
    say('creating the bot’s user');
    const botKubeconfig = await createBot(cluster);
    const where = {
      pid: process.pid,
      stacks: paths.stacks,
      docker: { socketPath: engine.socketPath, own: engine.own },
      kubernetes: { ...cluster, botKubeconfig },
    };
    await daemons.describe(where);
    return { where, images, stop: closeAll };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

type Cluster = Omit<LabDescription['kubernetes'], 'botKubeconfig'>;

async function createBot({ adminKubeconfig }: Cluster): Promise<string> {
  const cluster = connectCluster(adminKubeconfig);
  const botKubeconfig = join(paths.run, 'bot.kubeconfig');
  await writeKubeconfig(botKubeconfig, {
    server: cluster.server,
    authority: cluster.authority,
    user: 'paksa',
    token: await createBotUser(cluster),
  });
  return botKubeconfig;
}
