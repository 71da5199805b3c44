/** For what comes after the lab's own files: the lab is up, or cannot be. */
import type { TestProject } from 'vitest/node';
import { missingForLab } from './requirements.ts';

export default async function setup(project: TestProject): Promise<void> {
  project.provide('labIsMissing', await missingForLab());
}
